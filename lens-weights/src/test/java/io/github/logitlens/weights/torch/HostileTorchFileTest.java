package io.github.logitlens.weights.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.logitlens.weights.internal.bytes.MemorySource;
import io.github.logitlens.weights.torch.TorchFileException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Files made to mislead a reader of PyTorch's files: each is refused, for its own reason, in one line that says what was wrong,
/// and costs neither time nor memory.
@Timeout(20)
class HostileTorchFileTest {

    private static final int[] TWO = {2};
    private static final int[] ONE = {1};
    private static final byte[] EIGHT = new byte[8];

    @TempDir
    Path directory;

    private void refused(Reason reason, String message, byte[] content) throws IOException {
        Path file = directory.resolve("x.pt");
        Files.write(file, content);
        TorchFileException e = assertThrows(TorchFileException.class, () -> TorchFile.open(file).close());
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().length() < 600, e.getMessage());
    }

    /// `{"t": …}` with what `value` makes.
    private static byte[] dictionary(Consumer<Pickler> value) {
        Pickler pickle = new Pickler().op('}').text("t");
        value.accept(pickle);
        return pickle.op('s').stop();
    }

    private static Arguments pickle(Reason reason, String message, byte[] pickle) {
        return arguments(reason, message, pickle);
    }

    private static Arguments value(Reason reason, String message, Consumer<Pickler> value) {
        return pickle(reason, message, dictionary(value));
    }

    static Stream<Arguments> pickles() {
        return Stream.of(
                // Instructions.
                value(Reason.FORBIDDEN_OPCODE, "got 0x93 at byte 9", p -> p.raw(0x93)),
                value(Reason.FORBIDDEN_OPCODE, "got 0x69", p -> p.op('(').op('i')),
                value(Reason.FORBIDDEN_OPCODE, "got 0x6F", p -> p.op('(').op('o')),
                value(Reason.FORBIDDEN_OPCODE, "got 0x81", p -> p.op(')').raw(0x81)),
                value(Reason.FORBIDDEN_OPCODE, "got 0x82", p -> p.raw(0x82, 1)),
                value(Reason.FORBIDDEN_OPCODE, "got 0x50", p -> p.op('P').text("a")),
                value(Reason.FORBIDDEN_OPCODE, "got 0x8C", p -> p.raw(0x8C, 1, 'a')),
                value(Reason.FORBIDDEN_OPCODE, "got 0x32", p -> p.op('N').op('2')),
                // Classes.
                value(Reason.FORBIDDEN_CLASS, "got 'os system'", p -> p.global("os", "system").text("id").raw(0x85).op('R')),
                value(Reason.FORBIDDEN_CLASS, "got 'builtins eval'", p -> p.global("builtins", "eval")),
                value(Reason.FORBIDDEN_CLASS, "got 'torch load'", p -> p.global("torch", "load")),
                value(Reason.FORBIDDEN_CLASS, "got 'collections OrderedDict '", p -> p.global("collections", "OrderedDict ")),
                value(Reason.FORBIDDEN_CLASS, "got 'torch.storage _load_from_bytes'",
                        p -> p.global("torch.storage", "_load_from_bytes")),
                // Counts.
                value(Reason.INVALID_PICKLE, "expected 4294967295 bytes more", p -> p.op('X').number(-1)),
                value(Reason.INVALID_PICKLE, "expected 2147483647 bytes more", p -> p.op('X').number(Integer.MAX_VALUE)),
                value(Reason.INVALID_PICKLE, "a number of at most 8 bytes, got 255", p -> p.raw(0x8A, 255)),
                value(Reason.INVALID_PICKLE, "expected 8 bytes more", p -> p.raw(0x8A, 8)),
                pickle(Reason.INVALID_PICKLE, "expected 1 bytes more", new Pickler().op('}').cut()),
                pickle(Reason.INVALID_PICKLE, "expected 1 bytes more", new Pickler().op('c').raw('o', 's').cut()),
                pickle(Reason.TOO_LARGE, "at most 1048576 objects", repeated(1 << 20, p -> p.op('N'))),
                pickle(Reason.TOO_LARGE, "at most 1048576 objects", repeated(1 << 20, p -> p.op('('))),
                pickle(Reason.TOO_LARGE, "at most 1048576 objects", repeated(1 << 19, p -> p.op('N').op('q').raw(0))),
                // The stack and the memo.
                pickle(Reason.INVALID_PICKLE, "expected protocol 2", new byte[] {(byte) 0x80, 4, '}', '.'}),
                pickle(Reason.INVALID_PICKLE, "expected protocol 2", new byte[0]),
                pickle(Reason.INVALID_PICKLE, "one object at the end, got 0", new Pickler().stop()),
                pickle(Reason.INVALID_PICKLE, "one object at the end, got 2", new Pickler().op('}').op('}').stop()),
                pickle(Reason.INVALID_PICKLE, "one object at the end, got 1 and 1 marks", new Pickler().op('}').op('(').stop()),
                pickle(Reason.INVALID_PICKLE, "the end after STOP, got 1 bytes more", new Pickler().op('}').op('.').op('.').cut()),
                value(Reason.INVALID_PICKLE, "expected a mark", p -> p.op('t')),
                pickle(Reason.INVALID_PICKLE, "expected 2 objects to take", new Pickler().op('s').stop()),
                value(Reason.INVALID_PICKLE, "expected 1 objects to take", p -> p.op('(').raw(0x85)),
                value(Reason.INVALID_PICKLE, "remembered as 7", p -> p.op('h').raw(7)),
                value(Reason.INVALID_PICKLE, "remembered as 4294967295", p -> p.op('j').number(-1)),
                value(Reason.INVALID_PICKLE, "a list to append to", p -> p.op('N').op('N').op('a')),
                value(Reason.INVALID_PICKLE, "a list to append to", p -> p.op(')').op('N').op('a')),
                value(Reason.INVALID_PICKLE, "pairs to put into it", p -> p.op('}').op('(').op('N').op('u')),
                value(Reason.INVALID_PICKLE, "a text or whole number as a key", p -> p.op('}').op('N').op('N').op('s')),
                value(Reason.INVALID_PICKLE, "text in UTF-8", p -> p.op('X').number(1).raw(0xFF)),
                value(Reason.INVALID_PICKLE, "attributes of a dictionary", p -> p.op('}').op('N').op('b')),
                // What is made.
                value(Reason.CYCLE, "'t.0'", p -> p.op(']').op('q').raw(0).op('h').raw(0).op('a')),
                pickle(Reason.CYCLE, "'a'",
                        new Pickler().op('}').op('q').raw(0).text("a").op('h').raw(0).op('s').stop()),
                value(Reason.CYCLE, "'t.0.0'", p -> p.op(']').op('q').raw(0).op(']').op('h').raw(0).op('a').op('a')),
                value(Reason.TOO_LARGE, "at most 16 containers", p -> nested(p, 40)),
                pickle(Reason.TOO_LARGE, "at most 131072 names", laughs()),
                pickle(Reason.TOO_LARGE, "names of 1000 characters", new Pickler().op('}').text("x".repeat(1001)).op('N').op('s').stop()),
                pickle(Reason.NOT_A_DICTIONARY, "expected a dictionary", new Pickler().op(']').stop()),
                pickle(Reason.NOT_A_DICTIONARY, "expected a dictionary", new Pickler().tensor(2, 0, TWO, ONE).stop()),
                pickle(Reason.DUPLICATE_NAME, "'1'", new Pickler().op('}').text("1").tensor(2, 0, TWO, ONE).op('s').integer(1)
                        .tensor(2, 0, TWO, ONE).op('s').stop()),
                pickle(Reason.DUPLICATE_NAME, "'a.b'", new Pickler().op('}').text("a.b").op('K').raw(1).op('s').text("a").op('}')
                        .text("b").op('K').raw(2).op('s').op('s').stop()),
                value(Reason.INVALID_PICKLE, "got a part of a tensor", p -> p.storage("FloatStorage", "0", 2)),
                value(Reason.INVALID_PICKLE, "got a part of a tensor", p -> p.global("torch", "FloatStorage")),
                value(Reason.INVALID_PICKLE, "a storage's type, key, device and size", p -> p.text("0").op('Q')),
                value(Reason.INVALID_PICKLE, "a tensor's parts", p -> p.global("torch._utils", "_rebuild_tensor_v2").op(')').op('R')),
                value(Reason.INVALID_PICKLE, "a tensor's parts", p -> p.global("torch", "FloatStorage").op(')').op('R')),
                value(Reason.INVALID_PICKLE, "a tensor's parts",
                        p -> p.global("torch._utils", "_rebuild_parameter").op('N').raw(0x85).op('R')),
                value(Reason.INVALID_PICKLE, "a tensor's parts", p -> p.text("os").op(')').op('R')),
                value(Reason.INVALID_PICKLE, "a tensor's parts", p -> p.tensor(2, 0, TWO, new int[] {1, 1})),
                value(Reason.INVALID_PICKLE, "a tensor's parts", p -> p.tensor(2, 0, new int[9], new int[9])),
                value(Reason.INVALID_PICKLE, "a tensor's parts",
                        p -> p.global("collections", "OrderedDict").op('N').raw(0x85).op('R')),
                // Shapes and storages.
                value(Reason.INVALID_SHAPE, "tensor 't': expected sizes from 0 up", p -> p.tensor(2, 0, new int[] {-1}, ONE)),
                value(Reason.INVALID_SHAPE, "got [2147483647, 2147483647, 2147483647]", p -> p.tensor(2, 0,
                        new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}, new int[3])),
                value(Reason.NOT_CONTIGUOUS, "strides [1, 2]", p -> p.tensor(2, 0, new int[] {2, 2}, new int[] {1, 2})),
                value(Reason.NOT_CONTIGUOUS, "strides [0]", p -> p.tensor(2, 0, new int[] {1000}, new int[] {0})),
                value(Reason.NOT_CONTIGUOUS, "strides [-1]", p -> p.tensor(2, 1, TWO, new int[] {-1})),
                value(Reason.OUT_OF_RANGE, "3 elements within a storage of 2, got them from element 0 on",
                        p -> p.tensor(2, 0, new int[] {3}, ONE)),
                value(Reason.OUT_OF_RANGE, "from element 1 on", p -> p.tensor(2, 1, TWO, ONE)),
                value(Reason.OUT_OF_RANGE, "from element -1 on", p -> p.tensor(2, -1, TWO, ONE)),
                value(Reason.OUT_OF_RANGE, "from element 2147483647 on", p -> p.tensor(2, Integer.MAX_VALUE, new int[] {0}, ONE)),
                value(Reason.INVALID_STORAGE, "a storage of 8 bytes, got 3 elements of F32", p -> p.tensor(3, 0, TWO, ONE)),
                value(Reason.INVALID_STORAGE, "got -1 elements", p -> p.tensor(-1, 0, TWO, ONE)),
                value(Reason.INVALID_STORAGE, "got 1 elements of F32", p -> p.tensor(1, 0, ONE, ONE)),
                value(Reason.INVALID_STORAGE, "got '1'", p -> p.tensor("FloatStorage", "1", 2, 0, TWO, ONE)),
                value(Reason.INVALID_STORAGE, "got '../data.pkl'", p -> p.tensor("ByteStorage", "../data.pkl", 2, 0, TWO, ONE)),
                value(Reason.INVALID_STORAGE, "got '/etc/passwd'", p -> p.tensor("ByteStorage", "/etc/passwd", 2, 0, TWO, ONE)));
    }

    private static byte[] repeated(int count, Consumer<Pickler> step) {
        Pickler pickle = new Pickler().op('}');
        for (int i = 0; i < count; i++) {
            step.accept(pickle);
        }
        return pickle.stop();
    }

    private static void nested(Pickler pickle, int depth) {
        for (int i = 0; i < depth; i++) {
            pickle.op(']');
        }
        for (int i = 1; i < depth; i++) {
            pickle.op('a');
        }
    }

    /// Ten lists, each with the one before ten times: ten thousand million names in 400 bytes.
    private static byte[] laughs() {
        Pickler pickle = new Pickler().op('}').text("0").op('N').op('q').raw(0).op('s');
        for (int list = 1; list <= 10; list++) {
            pickle.text(String.valueOf(list)).op(']').op('(');
            for (int i = 0; i < 10; i++) {
                pickle.op('h').raw(list - 1);
            }
            pickle.op('e').op('q').raw(list).op('s');
        }
        return pickle.stop();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("pickles")
    void aPickleThatIsNoDictionaryOfTensorsIsRefused(Reason reason, String message, byte[] pickle) throws IOException {
        refused(reason, message, Zip.of(pickle).add("archive/data/0", EIGHT).bytes());
    }

    private static byte[] good() {
        return dictionary(p -> p.tensor(2, 0, TWO, ONE));
    }

    private static Zip archive() {
        return Zip.of(good()).add("archive/data/0", EIGHT);
    }

    static Stream<Arguments> archives() {
        byte[] whole = archive().bytes();
        return Stream.of(
                arguments(Reason.NOT_A_ZIP, "got another kind of file", new byte[0]),
                arguments(Reason.NOT_A_ZIP, "got another kind of file", "hello".getBytes(StandardCharsets.UTF_8)),
                arguments(Reason.NOT_A_ZIP, "git lfs pull",
                        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8)),
                arguments(Reason.NOT_A_ZIP, "cut short", Arrays.copyOf(whole, whole.length - 1)),
                arguments(Reason.NOT_A_ZIP, "cut short", Arrays.copyOf(whole, whole.length / 2)),
                arguments(Reason.NOT_A_ZIP, "cut short", archive().bytes(3, 0, new byte[] {0})),
                arguments(Reason.OLD_FORM, "before 1.6", oldForm()),
                arguments(Reason.INVALID_ARCHIVE, "a directory that ends at byte", archive().bytes(3, 1, new byte[0])),
                arguments(Reason.INVALID_ARCHIVE, "expected 4 entries, got the directory's end after 3",
                        archive().bytes(4, 0, new byte[0])),
                arguments(Reason.INVALID_ARCHIVE, "a directory of 2 entries, got", archive().bytes(2, 0, new byte[0])),
                arguments(Reason.COMPRESSED_ENTRY, "compressed by method 8",
                        archive().add("archive/data/1", "archive/data/1", EIGHT, 8, 0, 8).bytes()),
                arguments(Reason.COMPRESSED_ENTRY, "encrypted",
                        archive().add("archive/data/1", "archive/data/1", EIGHT, 0, 1, 8).bytes()),
                arguments(Reason.UNSAFE_ENTRY_NAME, "'archive/../../x'", archive().add("archive/../../x", EIGHT).bytes()),
                arguments(Reason.UNSAFE_ENTRY_NAME, "'/etc/passwd'", archive().add("/etc/passwd", EIGHT).bytes()),
                arguments(Reason.UNSAFE_ENTRY_NAME, "'C:x'", archive().add("C:x", EIGHT).bytes()),
                arguments(Reason.UNSAFE_ENTRY_NAME, "'a\\b'", archive().add("a\\b", EIGHT).bytes()),
                arguments(Reason.UNSAFE_ENTRY_NAME, "got it twice", archive().add("archive/data/0", EIGHT).bytes()),
                arguments(Reason.INVALID_ARCHIVE, "a header of that name",
                        archive().add("archive/data/1", "archive/data/2", EIGHT, 0, 0, 8).bytes()),
                arguments(Reason.INVALID_ARCHIVE, "bytes before the directory, got 4294967294",
                        archive().add("archive/data/1", "archive/data/1", EIGHT, 0, 0, 0xFFFF_FFFEL).bytes()),
                arguments(Reason.INVALID_ARCHIVE, "bytes before the directory, got 9223372036854775807",
                        archive().wide().add("archive/data/1", "archive/data/1", EIGHT, 0, 0, Long.MAX_VALUE).bytes()),
                arguments(Reason.INVALID_ARCHIVE, "bytes of its own, got some of another entry",
                        archive().add("archive/data/1", "archive/data/1", EIGHT, 0, 0, 9).add("archive/data/2", EIGHT).bytes()),
                arguments(Reason.NO_PICKLE, "got it in none", new Zip().add("archive/data/0", EIGHT).bytes()),
                arguments(Reason.NO_PICKLE, "got it in none", new Zip().add("data.pkl", good()).bytes()),
                arguments(Reason.NO_PICKLE, "got it in 2", archive().add("other/data.pkl", good()).bytes()),
                arguments(Reason.BIG_ENDIAN, "expected little",
                        archive().add("archive/byteorder", "big".getBytes(StandardCharsets.US_ASCII)).bytes()),
                arguments(Reason.TOO_LARGE, "pickle: expected at most 8388608 bytes, got 8388609",
                        Zip.of(new byte[(8 << 20) + 1]).bytes()));
    }

    private static byte[] oldForm() {
        return new Pickler().raw(0x8A, 10, 'l', 0xFC, 0x9C, 'F', 0xF9, ' ', 'j', 0xA8, 'P', 0x19).stop();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("archives")
    void anArchiveThatTorchDoesNotWriteIsRefused(Reason reason, String message, byte[] content) throws IOException {
        refused(reason, message, content);
    }

    @Test
    void twoEntriesOverTheSameBytesAreRefused() throws IOException {
        refused(Reason.INVALID_ARCHIVE, "a header of that name", archive().alias("archive/data/1", 2).bytes());
    }

    private static TorchFile open(byte[] content) {
        return TorchFile.open(new MemorySource("memory.pt", content));
    }

    @Test
    void everyShorterFileIsRefused() {
        byte[] whole = archive().bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(TorchFileException.class, () -> open(cut), "cut after " + length + " bytes");
        }
    }

    /// One bit at a time: refused, or read as something, but never another exception.
    @Test
    void everyDamagedFileIsRefusedOrRead() {
        byte[] whole = archive().wide().bytes();
        int refused = 0;
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            try (TorchFile file = open(damaged)) {
                file.tensors().forEach(tensor -> assertTrue(tensor.end() <= damaged.length));
            } catch (TorchFileException e) {
                refused++;
            }
        }
        assertTrue(refused > whole.length, refused + " of " + 8 * whole.length);
    }

    @Test
    void filesThatCannotBeOpenedHaveTheirReasons() {
        assertEquals(Reason.NOT_FOUND, assertThrows(TorchFileException.class,
                () -> TorchFile.open(directory.resolve("none.pt"))).reason());
        assertEquals(Reason.NOT_A_REGULAR_FILE, assertThrows(TorchFileException.class, () -> TorchFile.open(directory)).reason());
    }
}
