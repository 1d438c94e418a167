package io.github.logitlens.weights.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitlens.weights.internal.bytes.MemorySource;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.TensorInfo;
import io.github.logitlens.weights.torch.TorchFileException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What PyTorch wrote, and what it may write.
class TorchFileTest {

    @TempDir
    Path directory;

    private static Path written(String name) {
        try {
            return Path.of(TorchFileTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static TensorInfo tensor(TorchFile file, String name) {
        return file.tensor(name).orElseThrow(() -> new AssertionError(name));
    }

    @Test
    void whatTorchSaveWroteIsRead() {
        try (TorchFile file = TorchFile.open(written("everything.pt"))) {
            assertEquals(List.of("f32", "f16", "bf16", "f64", "i64", "i32", "i16", "i8", "u8", "bool", "scalar", "empty", "parameter",
                    "whole", "part", "deep.1.x", "deep.-2.0"), file.tensors().stream().map(TensorInfo::name).toList());
            assertEquals(List.of(DType.F32, DType.F16, DType.BF16, DType.F64, DType.I64, DType.I32, DType.I16, DType.I8, DType.U8,
                    DType.BOOL), file.tensors().subList(0, 10).stream().map(TensorInfo::dtype).toList());
            for (String name : List.of("f32", "f16", "bf16", "f64")) {
                assertEquals(List.of(2L, 3L), tensor(file, name).shape());
                assertArrayEquals(new float[] {0, 0.5f, 1, 1.5f, 2, 2.5f}, file.readFloats(tensor(file, name)), name);
            }
            assertEquals(List.of(), tensor(file, "scalar").shape());
            assertArrayEquals(new float[] {7}, file.readFloats(tensor(file, "scalar")));
            assertArrayEquals(new float[0], file.readFloats(tensor(file, "empty")));
            assertArrayEquals(new float[] {1, 1}, file.readFloats(tensor(file, "parameter")));
        }
    }

    @Test
    void tensorsMayShareAStorage() {
        try (TorchFile file = TorchFile.open(written("everything.pt"))) {
            assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, file.readFloats(tensor(file, "whole")));
            assertArrayEquals(new float[] {2, 3, 4}, file.readFloats(tensor(file, "part")));
            assertEquals(tensor(file, "whole").begin() + 8, tensor(file, "part").begin());
        }
    }

    @Test
    void valuesBesideTheTensorsAreTexts() {
        try (TorchFile file = TorchFile.open(written("everything.pt"))) {
            assertEquals(Map.ofEntries(Map.entry("text", "héllo"), Map.entry("int", "3"), Map.entry("large", "12345678901"),
                    Map.entry("negative", "-5"), Map.entry("float", "0.25"), Map.entry("true", "true"), Map.entry("list.0", "1"),
                    Map.entry("list.1", "two"), Map.entry("tuple.0", "300"), Map.entry("tuple.1", "70000")), file.metadata());
        }
    }

    @Test
    void aStridedTensorIsRefusedWithWhatToDo() {
        TorchFileException e = assertThrows(TorchFileException.class, () -> TorchFile.open(written("strided.pt")));
        assertEquals(Reason.NOT_CONTIGUOUS, e.reason());
        assertEquals("tensor 'w': expected elements one after the other (tensor.contiguous()) for sizes [3, 2], got strides [1, 3]"
                + " (in " + written("strided.pt") + ")", e.getMessage());
    }

    @Test
    void theOldFormIsRefusedWithWhatToDo() {
        TorchFileException e = assertThrows(TorchFileException.class, () -> TorchFile.open(written("old.pt")));
        assertEquals(Reason.OLD_FORM, e.reason());
    }

    @Test
    void integersAreThereButNotFloats() {
        try (TorchFile file = TorchFile.open(written("everything.pt"))) {
            TorchFileException e = assertThrows(TorchFileException.class, () -> file.readFloats(tensor(file, "i64")));
            assertEquals(Reason.NOT_CONVERTIBLE, e.reason());
        }
    }

    @Test
    void sizesAndPlacesMayHave64Bits() throws IOException {
        byte[] floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f).putFloat(-2).array();
        byte[] pickle = new Pickler().op('}').text("t").tensor(2, 0, new int[] {2}, new int[] {1}).op('s').stop();
        Path path = directory.resolve("wide.pt");
        Files.write(path, Zip.of(pickle).add("archive/data/0", floats).wide().bytes());
        try (TorchFile file = TorchFile.open(path)) {
            assertArrayEquals(new float[] {1.5f, -2}, file.readFloats(tensor(file, "t")));
        }
    }

    private static TorchFile file(byte[] pickle, int storageBytes) {
        return TorchFile.open(new MemorySource("memory.pt", Zip.of(pickle).add("archive/data/0", new byte[storageBytes]).bytes()));
    }

    private static Pickler long1(Pickler pickle, byte[] bigEndian) {
        pickle.raw(0x8A, bigEndian.length);
        for (int i = bigEndian.length - 1; i >= 0; i--) {
            pickle.raw(bigEndian[i] & 0xFF);
        }
        return pickle;
    }

    @Test
    void wholeNumbersMayHaveAnyLengthUpToEightBytes() {
        Pickler pickle = new Pickler().op('}');
        Map<String, String> expected = new TreeMap<>(Map.of("none", "0"));
        pickle.text("none").raw(0x8A, 0).op('s');
        for (long value : new long[] {0, 1, -1, 127, -128, 128, 255, -129, 32767, -32768, 32768, 0x800000, -0x800000, 1L << 31, -(1L << 39),
            0xFF00FF00FFL, 1L << 55, Long.MAX_VALUE, Long.MIN_VALUE}) {
            expected.put("n" + value, Long.toString(value));
            long1(pickle.text("n" + value), BigInteger.valueOf(value).toByteArray()).op('s');
        }
        try (TorchFile file = file(pickle.stop(), 0)) {
            assertEquals(expected, new TreeMap<>(file.metadata()));
        }
    }

    @Test
    void whatIsWithinTheLimitsIsRead() {
        Pickler pickle = new Pickler().op('}');
        String longest = "n".repeat(1000);
        pickle.text(longest).integer(1).op('s').text("deep");
        for (int depth = 2; depth <= 16; depth++) {
            pickle.op(']');
        }
        pickle.integer(7).op('a');
        for (int depth = 3; depth <= 16; depth++) {
            pickle.op('a');
        }
        pickle.op('s').text("eight").tensor(2, 0, new int[] {1, 1, 1, 1, 2, 1, 1, 1}, new int[] {9, 9, 9, 9, 1, 9, 9, 9}).op('s')
                .text("atTheEnd").tensor(2, 2, new int[] {0}, new int[] {1}).op('s')
                .text("empty").tensor(2, 0, new int[] {3, 0, 2}, new int[] {5, 5, 5}).op('s');
        try (TorchFile file = file(pickle.stop(), 8)) {
            assertEquals(Map.of(longest, "1", "deep" + ".0".repeat(15), "7"), file.metadata());
            assertArrayEquals(new float[2], file.readFloats(tensor(file, "eight")));
            assertArrayEquals(new float[0], file.readFloats(tensor(file, "atTheEnd")));
            assertEquals(List.of(3L, 0L, 2L), tensor(file, "empty").shape());
        }
    }

    @Test
    void oneListMayStandInTwoPlaces() {
        Pickler pickle = new Pickler().op('}').text("a").op(']').op('q').raw(0).integer(3).op('a').op('s').text("b").op('h').raw(0).op('s');
        try (TorchFile file = file(pickle.stop(), 0)) {
            assertEquals(Map.of("a.0", "3", "b.0", "3"), file.metadata());
        }
    }

    @Test
    void aFileThatIsRefusedIsClosed() {
        for (byte[] content : List.of(new byte[0], Zip.of(new Pickler().op(']').stop()).bytes())) {
            MemorySource source = new MemorySource("memory.pt", content);
            assertThrows(TorchFileException.class, () -> TorchFile.open(source));
            assertThrows(IllegalStateException.class, source::reopen);
        }
    }

    @Test
    void onlyItsOwnTensorsAreRead() {
        try (TorchFile file = TorchFile.open(written("everything.pt"))) {
            TensorInfo whole = tensor(file, "whole");
            TensorInfo other = new TensorInfo("whole", DType.F32, List.of(6L), whole.begin() + 4, whole.end() + 4);
            assertThrows(IllegalArgumentException.class, () -> file.readFloats(other));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(whole, 5,
                    MemorySegment.ofArray(new float[2]), 0, 2));
        }
    }

    @Test
    void aClosedFileIsNotRead() {
        TorchFile file = TorchFile.open(written("everything.pt"));
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> file.readFloats(tensor(file, "f32")));
    }
}
