package io.github.logitlens.weights.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// Zip archives byte by byte, right or wrong as a test wants them.
final class Zip {

    private record Entry(String name, String localName, byte[] content, int method, int flags, long size, long offset) {
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Entry> entries = new ArrayList<>();
    private boolean wide;

    /// The entries of a file of torch.save, but for its storages.
    static Zip of(byte[] pickle) {
        return new Zip().add("archive/data.pkl", pickle).add("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    }

    Zip add(String name, byte[] content) {
        return add(name, name, content, 0, 0, content.length);
    }

    Zip add(String name, String localName, byte[] content, int method, int flags, long claimedSize) {
        long offset = out.size();
        byte[] raw = localName.getBytes(StandardCharsets.UTF_8);
        CRC32 crc = new CRC32();
        crc.update(content);
        out.writeBytes(little(30).putInt(0x0403_4B50).putShort((short) 20).putShort((short) flags).putShort((short) method)
                .putInt(0).putInt((int) crc.getValue()).putInt(content.length).putInt(content.length)
                .putShort((short) raw.length).putShort((short) 0).array());
        out.writeBytes(raw);
        out.writeBytes(content);
        entries.add(new Entry(name, localName, content, method, flags, claimedSize, offset));
        return this;
    }

    /// A second name for the bytes of an entry.
    Zip alias(String name, int of) {
        Entry entry = entries.get(of);
        entries.add(new Entry(name, name, entry.content(), 0, 0, entry.size(), entry.offset()));
        return this;
    }

    /// Sizes and places in 64 bits, as PyTorch writes them for entries behind 4 GiB.
    Zip wide() {
        wide = true;
        return this;
    }

    byte[] bytes() {
        return bytes(entries.size(), 0, new byte[0]);
    }

    /// @param count    how many entries the end claims
    /// @param shift    what is added to the directory's place
    /// @param trailing behind the end
    byte[] bytes(int count, int shift, byte[] trailing) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(out.toByteArray());
        int begin = all.size();
        for (Entry entry : entries) {
            byte[] raw = entry.name().getBytes(StandardCharsets.UTF_8);
            int size = wide ? -1 : (int) entry.size();
            all.writeBytes(little(46).putInt(0x0201_4B50).putShort((short) 20).putShort((short) 20)
                    .putShort((short) entry.flags()).putShort((short) entry.method()).putInt(0).putInt(0).putInt(size).putInt(size)
                    .putShort((short) raw.length).putShort((short) (wide ? 28 : 0)).putShort((short) 0).putShort((short) 0)
                    .putShort((short) 0).putInt(0).putInt(wide ? -1 : (int) entry.offset()).array());
            all.writeBytes(raw);
            if (wide) {
                all.writeBytes(little(28).putShort((short) 1).putShort((short) 24).putLong(entry.size()).putLong(entry.size())
                        .putLong(entry.offset()).array());
            }
        }
        int size = all.size() - begin;
        if (wide) {
            int end = all.size();
            all.writeBytes(little(56).putInt(0x0606_4B50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0).putInt(0)
                    .putLong(count).putLong(count).putLong(size).putLong(begin + shift).array());
            all.writeBytes(little(20).putInt(0x0706_4B50).putInt(0).putLong(end).putInt(1).array());
        }
        all.writeBytes(little(22).putInt(0x0605_4B50).putShort((short) 0).putShort((short) 0).putShort((short) count)
                .putShort((short) count).putInt(size).putInt(wide ? -1 : begin + shift).putShort((short) 0).array());
        all.writeBytes(trailing);
        return all.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
