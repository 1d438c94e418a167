package io.github.logitlens.weights.torch;

import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.torch.TorchFileException.Reason;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where the entries of a zip archive lie, as its directory and their own headers agree. Only what `torch.save` writes is taken:
/// entries as they are, none twice, none over another.
///
/// Of 4 GiB and more too (zip64). The JDK's own reader says of no entry where its bytes are.
final class ZipDirectory {

    /// An entry's bytes in the file.
    ///
    /// @param header where its own header begins
    /// @param begin  offset of the first byte, behind the header
    /// @param size   how many
    record Entry(String name, long header, long begin, long size) {
    }

    private static final int END_LENGTH = 22;
    private static final int LOCATOR_LENGTH = 20;
    private static final int END64_LENGTH = 56;
    private static final int HEADER_LENGTH = 46;
    private static final int LOCAL_LENGTH = 30;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final long MAX_DIRECTORY = 16 << 20;
    private static final long WIDE = 0xFFFF_FFFFL;
    private static final int ZIP64 = 1;

    private final ByteSource source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private ZipDirectory(ByteSource source) {
        this.source = source;
    }

    /// The entries by name, in the order of the directory.
    ///
    /// @throws TorchFileException if it is anything but such an archive
    static Map<String, Entry> read(ByteSource source) {
        ZipDirectory directory = new ZipDirectory(source);
        directory.read();
        return directory.entries;
    }

    private void read() {
        long end = end();
        ByteBuffer record = bytes(end, END_LENGTH);
        long count = record.getShort(10) & 0xFFFF;
        long size = record.getInt(12) & WIDE;
        long begin = record.getInt(16) & WIDE;
        long directoryEnd = end;
        ByteBuffer locator = end < LOCATOR_LENGTH ? ByteBuffer.allocate(LOCATOR_LENGTH) : bytes(end - LOCATOR_LENGTH, LOCATOR_LENGTH);
        if (locator.getInt(0) == 0x0706_4B50) {
            directoryEnd = locator.getLong(8);
            ByteBuffer wide = bytes(directoryEnd, END64_LENGTH);
            if (wide.getInt(0) != 0x0606_4B50) {
                throw invalid("a zip64 end of the directory at byte " + directoryEnd, "another record");
            }
            count = agreed(count, 0xFFFF, wide.getLong(32));
            size = agreed(size, WIDE, wide.getLong(40));
            begin = agreed(begin, WIDE, wide.getLong(48));
        }
        if (begin < 0 || size < 0 || size > directoryEnd || begin != directoryEnd - size) {
            throw invalid("a directory that ends at byte " + directoryEnd, size + " bytes from byte " + begin + " on");
        }
        if (size > MAX_DIRECTORY) {
            throw new TorchFileException(Reason.TOO_LARGE,
                    "directory: expected at most " + MAX_DIRECTORY + " bytes, got " + size + in());
        }
        readHeaders(bytes(begin, (int) size), count, begin);
        refuseOverlaps();
    }

    /// A number that stands in two records.
    ///
    /// @param none what the narrow one has where only the wide one says it
    private long agreed(long narrow, long none, long wide) {
        if (narrow != none && narrow != wide) {
            throw invalid("the same in both ends of the directory", narrow + " and " + wide);
        }
        return wide;
    }

    /// Where the record at the archive's end begins.
    private long end() {
        long size = source.size();
        int length = (int) Math.min(size, END_LENGTH + MAX_COMMENT);
        ByteBuffer tail = bytes(size - length, length);
        for (int at = length - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == 0x0605_4B50 && at + END_LENGTH + (tail.getShort(at + 20) & 0xFFFF) == length) {
                return size - length + at;
            }
        }
        throw new TorchFileException(Reason.NOT_A_ZIP,
                source.name() + ": expected a zip archive of torch.save, got " + describe());
    }

    private String describe() {
        byte[] start = bytes(0, (int) Math.min(64, source.size())).array();
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("PK\u0003\u0004")) {
            return "one that is cut short";
        }
        return text.startsWith("version https://git-lfs.github.com/spec/")
                ? "a Git LFS pointer (fetch the content with: git lfs pull)" : "another kind of file";
    }

    private void readHeaders(ByteBuffer directory, long count, long directoryBegin) {
        for (long i = 0; i < count; i++) {
            int at = directory.position();
            if (directory.remaining() < HEADER_LENGTH || directory.getInt(at) != 0x0201_4B50) {
                throw invalid(count + " entries", "the directory's end after " + i);
            }
            int nameLength = directory.getShort(at + 28) & 0xFFFF;
            int extraLength = directory.getShort(at + 30) & 0xFFFF;
            int commentLength = directory.getShort(at + 32) & 0xFFFF;
            if (directory.remaining() < HEADER_LENGTH + nameLength + extraLength + commentLength) {
                throw invalid(count + " entries", "the directory's end after " + i);
            }
            byte[] name = new byte[nameLength];
            directory.get(at + HEADER_LENGTH, name);
            ByteBuffer extra = directory.slice(at + HEADER_LENGTH + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
            add(directory.slice(at, HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN), name, extra, directoryBegin);
            directory.position(at + HEADER_LENGTH + nameLength + extraLength + commentLength);
        }
        if (directory.hasRemaining()) {
            throw invalid("a directory of " + count + " entries", directory.remaining() + " bytes more");
        }
    }

    private void add(ByteBuffer header, byte[] rawName, ByteBuffer extra, long directoryBegin) {
        String name = new String(rawName, StandardCharsets.UTF_8);
        String what = "entry " + Text.quote(name) + ": expected ";
        if (!isSafe(name)) {
            throw new TorchFileException(Reason.UNSAFE_ENTRY_NAME, what + "a name inside the archive" + in());
        }
        boolean encrypted = (header.getShort(8) & 1) != 0;
        int method = header.getShort(10) & 0xFFFF;
        if (encrypted || method != 0) {
            throw new TorchFileException(Reason.COMPRESSED_ENTRY, what + "it as it is, got it "
                    + (encrypted ? "encrypted" : "compressed by method " + method) + in());
        }
        long packed = header.getInt(20) & WIDE;
        long size = header.getInt(24) & WIDE;
        long local = header.getInt(42) & WIDE;
        ByteBuffer wide = zip64(extra);
        size = size == WIDE ? next(wide, what) : size;
        packed = packed == WIDE ? next(wide, what) : packed;
        local = local == WIDE ? next(wide, what) : local;
        if (packed != size) {
            throw invalid(what + size + " bytes", String.valueOf(packed));
        }
        long begin = begin(what, rawName, local, directoryBegin);
        if (size < 0 || size > directoryBegin - begin) {
            throw invalid(what + "at most " + (directoryBegin - begin) + " bytes before the directory", String.valueOf(size));
        }
        if (entries.putIfAbsent(name, new Entry(name, local, begin, size)) != null) {
            throw new TorchFileException(Reason.UNSAFE_ENTRY_NAME, what + "it once, got it twice" + in());
        }
    }

    private static boolean isSafe(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\' || c == ':' || c == '\uFFFD' || Character.isISOControl(c)) {
                return false;
            }
        }
        for (String segment : name.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer zip64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int length = Math.min(extra.getShort() & 0xFFFF, extra.remaining());
            if (id == ZIP64) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private long next(ByteBuffer wide, String what) {
        if (wide.remaining() < Long.BYTES) {
            throw invalid(what + "a zip64 size", "none");
        }
        return wide.getLong();
    }

    /// Where an entry's bytes begin: behind a header of its own, which has to name it.
    private long begin(String what, byte[] name, long local, long directoryBegin) {
        if (local < 0 || local > directoryBegin - LOCAL_LENGTH) {
            throw invalid(what + "its header before the directory", "byte " + local);
        }
        ByteBuffer header = bytes(local, LOCAL_LENGTH);
        int nameLength = header.getShort(26) & 0xFFFF;
        long begin = local + LOCAL_LENGTH + nameLength + (header.getShort(28) & 0xFFFF);
        if (header.getInt(0) != 0x0403_4B50 || begin > directoryBegin || nameLength != name.length
                || !bytes(local + LOCAL_LENGTH, nameLength).equals(ByteBuffer.wrap(name))) {
            throw invalid(what + "a header of that name at byte " + local, "another");
        }
        return begin;
    }

    private void refuseOverlaps() {
        List<Entry> inOrder = new ArrayList<>(entries.values());
        inOrder.sort(Comparator.comparingLong(Entry::header));
        long end = 0;
        for (Entry entry : inOrder) {
            if (entry.header() < end) {
                throw invalid("entry " + Text.quote(entry.name()) + ": expected bytes of its own", "some of another entry");
            }
            end = entry.begin() + entry.size();
        }
    }

    private ByteBuffer bytes(long position, int length) {
        if (position < 0 || position > source.size() - length) {
            throw invalid("an archive of " + source.size() + " bytes", "a record at byte " + position);
        }
        byte[] bytes = new byte[length];
        source.read(position, MemorySegment.ofArray(bytes));
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private TorchFileException invalid(String expected, String got) {
        String text = expected.startsWith("entry ") ? expected : "archive: expected " + expected;
        return new TorchFileException(Reason.INVALID_ARCHIVE, text + ", got " + got + in());
    }

    private String in() {
        return " (in " + source.name() + ")";
    }
}
