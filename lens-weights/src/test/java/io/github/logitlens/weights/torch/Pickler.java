package io.github.logitlens.weights.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Pickles of protocol 2, instruction by instruction.
final class Pickler {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickler() {
        raw(0x80, 2);
    }

    Pickler raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    Pickler op(char opcode) {
        return raw(opcode);
    }

    Pickler text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op('X').number(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    Pickler integer(int value) {
        return op('J').number(value);
    }

    Pickler global(String module, String name) {
        out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /// Four bytes.
    Pickler number(int value) {
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
        return this;
    }

    /// `("storage", type, key, "cpu", count)` as a persistent id.
    Pickler storage(String type, String key, int count) {
        return op('(').text("storage").global("torch", type).text(key).text("cpu").integer(count).op('t').op('Q');
    }

    Pickler tuple(int... values) {
        op('(');
        for (int value : values) {
            integer(value);
        }
        return op('t');
    }

    /// A tensor of storage `0`, F32.
    Pickler tensor(int count, int offset, int[] sizes, int[] strides) {
        return tensor("FloatStorage", "0", count, offset, sizes, strides);
    }

    Pickler tensor(String type, String key, int count, int offset, int[] sizes, int[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, count).integer(offset).tuple(sizes)
                .tuple(strides).raw(0x89).global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
    }

    byte[] stop() {
        return op('.').out.toByteArray();
    }

    /// Ends without STOP.
    byte[] cut() {
        return out.toByteArray();
    }
}
