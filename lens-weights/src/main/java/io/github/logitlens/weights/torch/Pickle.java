package io.github.logitlens.weights.torch;

import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.torch.TorchFileException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a pickle of `torch.save` describes: dictionaries, lists, numbers, texts and tensors. Of Python's pickle machine this is
/// the part that makes those, protocol 2; there is nothing in it that could call anything.
///
/// A pickle of at most [#MAX_BYTES] makes at most [#MAX_OBJECTS] objects, each named by the bytes that make it, so memory is
/// bounded whatever counts it claims.
final class Pickle {

    static final int MAX_BYTES = 8 << 20;
    static final int MAX_OBJECTS = 1 << 20;

    private static final int MAX_DIMENSIONS = 8;

    /// What a pickle says where Python has `None`.
    enum None { NONE }

    /// A dictionary; keys are texts and whole numbers ([Long]).
    record Dictionary(Map<Object, Object> entries) {
    }

    /// A list or tuple.
    record Sequence(List<Object> items, boolean mutable) {
    }

    /// Elements in an entry of the archive.
    ///
    /// @param key   the entry's name below `data/`
    /// @param count how many elements it says there are
    record Storage(DType dtype, String key, long count) {
    }

    /// Elements of a storage: offset, sizes and strides as they stand in the pickle, unchecked.
    record Tensor(Storage storage, long offset, List<Long> sizes, List<Long> strides) {
    }

    /// A class or function that may be named.
    private sealed interface Global {
    }

    private enum Function implements Global { ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER }

    private record StorageType(DType dtype) implements Global {
    }

    private static final Map<String, Global> GLOBALS = Map.ofEntries(
            Map.entry("collections OrderedDict", Function.ORDERED_DICT),
            Map.entry("torch._utils _rebuild_tensor_v2", Function.REBUILD_TENSOR),
            Map.entry("torch._utils _rebuild_parameter", Function.REBUILD_PARAMETER),
            Map.entry("torch FloatStorage", new StorageType(DType.F32)),
            Map.entry("torch HalfStorage", new StorageType(DType.F16)),
            Map.entry("torch BFloat16Storage", new StorageType(DType.BF16)),
            Map.entry("torch DoubleStorage", new StorageType(DType.F64)),
            Map.entry("torch LongStorage", new StorageType(DType.I64)),
            Map.entry("torch IntStorage", new StorageType(DType.I32)),
            Map.entry("torch ShortStorage", new StorageType(DType.I16)),
            Map.entry("torch CharStorage", new StorageType(DType.I8)),
            Map.entry("torch ByteStorage", new StorageType(DType.U8)),
            Map.entry("torch BoolStorage", new StorageType(DType.BOOL)));

    private final ByteBuffer in;
    private final String file;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int objects;

    private Pickle(byte[] bytes, String file) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
    }

    /// Reads a pickle.
    ///
    /// @param file what messages call it
    /// @return a [Dictionary], [Sequence], [Tensor], [Storage], text, [Long], [Double], [Boolean] or [None]; containers may hold
    ///         themselves
    /// @throws TorchFileException if there is anything else in it
    static Object read(byte[] bytes, String file) {
        return new Pickle(bytes, file).read();
    }

    private Object read() {
        if (in.remaining() < 2 || in.get() != (byte) 0x80 || in.get() != 2) {
            throw refused(Reason.INVALID_PICKLE, "protocol 2", "another beginning");
        }
        while (true) {
            int at = in.position();
            int opcode = need(1).get() & 0xFF;
            if (opcode == '.') {
                return end();
            }
            step(opcode, at);
        }
    }

    private Object end() {
        if (stack.size() != 1 || !marks.isEmpty()) {
            throw refused(Reason.INVALID_PICKLE, "one object at the end", stack.size() + " and " + marks.size() + " marks");
        }
        if (in.hasRemaining()) {
            throw refused(Reason.INVALID_PICKLE, "the end after STOP", in.remaining() + " bytes more");
        }
        return stack.getFirst();
    }

    private void step(int opcode, int at) {
        switch (opcode) {
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) need(4).getInt());
            case 'K' -> push((long) (need(1).get() & 0xFF));
            case 'M' -> push((long) (need(2).getShort() & 0xFFFF));
            case 0x8A -> push(number(need(1).get() & 0xFF));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong())));
            case 'X' -> push(text(need(4).getInt()));
            case '}' -> push(new Dictionary(new LinkedHashMap<>()));
            case ']' -> push(new Sequence(new ArrayList<>(), true));
            case ')' -> push(new Sequence(List.of(), false));
            case '(' -> mark();
            case 't' -> push(new Sequence(popToMark(), false));
            case 0x85 -> push(new Sequence(List.copyOf(pop(1)), false));
            case 0x86 -> push(new Sequence(List.copyOf(pop(2)), false));
            case 0x87 -> push(new Sequence(List.copyOf(pop(3)), false));
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case 's' -> put(pop(2));
            case 'u' -> put(popToMark());
            case 'q' -> remember(need(1).get() & 0xFF);
            case 'r' -> remember(need(4).getInt());
            case 'h' -> recall(need(1).get() & 0xFF);
            case 'j' -> recall(need(4).getInt());
            case 'c' -> push(global(line(), line()));
            case 'Q' -> push(storage(pop(1).getFirst()));
            case 'R' -> reduce(pop(2));
            case 'b' -> build(pop(1).getFirst());
            default -> throw refused(Reason.FORBIDDEN_OPCODE, "an instruction that tensors need",
                    "0x%02X at byte %d".formatted(opcode, at));
        }
    }

    private ByteBuffer need(int bytes) {
        if (bytes < 0 || in.remaining() < bytes) {
            throw refused(Reason.INVALID_PICKLE, Integer.toUnsignedString(bytes) + " bytes more", "only " + in.remaining());
        }
        return in;
    }

    private void count() {
        if (++objects > MAX_OBJECTS) {
            throw refused(Reason.TOO_LARGE, "at most " + MAX_OBJECTS + " objects", "more");
        }
    }

    private void push(Object value) {
        count();
        stack.add(value);
    }

    private void mark() {
        count();
        marks.add(stack.size());
    }

    private List<Object> pop(int count) {
        if (stack.size() - (marks.isEmpty() ? 0 : marks.getLast()) < count) {
            throw refused(Reason.INVALID_PICKLE, count + " objects to take", "fewer");
        }
        List<Object> top = stack.subList(stack.size() - count, stack.size());
        List<Object> taken = new ArrayList<>(top);
        top.clear();
        return taken;
    }

    private List<Object> popToMark() {
        if (marks.isEmpty()) {
            throw refused(Reason.INVALID_PICKLE, "a mark", "none");
        }
        int mark = marks.getLast();
        List<Object> taken = pop(stack.size() - mark);
        marks.removeLast();
        return taken;
    }

    private Object top() {
        if (stack.size() - (marks.isEmpty() ? 0 : marks.getLast()) < 1) {
            throw refused(Reason.INVALID_PICKLE, "an object", "none");
        }
        return stack.getLast();
    }

    /// A whole number of up to eight bytes.
    private long number(int length) {
        if (length > Long.BYTES) {
            throw refused(Reason.INVALID_PICKLE, "a number of at most 8 bytes", length + " bytes");
        }
        need(length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            long next = i == length - 1 ? in.get() : in.get() & 0xFF;
            value |= next << Byte.SIZE * i;
        }
        return value;
    }

    private String text(int length) {
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw refused(Reason.INVALID_PICKLE, "text in UTF-8", "other bytes");
        }
    }

    private String line() {
        int end = in.position();
        while (end < in.limit() && in.get(end) != '\n') {
            end++;
        }
        byte[] bytes = new byte[end - in.position()];
        in.get(bytes);
        need(1).get();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void append(List<Object> items) {
        if (!(top() instanceof Sequence list) || !list.mutable()) {
            throw refused(Reason.INVALID_PICKLE, "a list to append to", "something else");
        }
        list.items().addAll(items);
    }

    private void put(List<Object> pairs) {
        if (!(top() instanceof Dictionary dictionary) || pairs.size() % 2 != 0) {
            throw refused(Reason.INVALID_PICKLE, "a dictionary and pairs to put into it", "something else");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            if (!(pairs.get(i) instanceof String || pairs.get(i) instanceof Long)) {
                throw refused(Reason.INVALID_PICKLE, "a text or whole number as a key", "something else");
            }
            dictionary.entries().put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private void remember(int place) {
        count();
        memo.put(place, top());
    }

    private void recall(int place) {
        Object value = memo.get(place);
        if (value == null) {
            throw refused(Reason.INVALID_PICKLE, "an object remembered as " + Integer.toUnsignedString(place), "none");
        }
        push(value);
    }

    private Global global(String module, String name) {
        Global global = GLOBALS.get(module + " " + name);
        if (global == null) {
            throw refused(Reason.FORBIDDEN_CLASS, "a class that tensors are made of", Text.quote(module + " " + name));
        }
        return global;
    }

    /// `("storage", type, key, device, count)`.
    private Storage storage(Object id) {
        if (id instanceof Sequence tuple && tuple.items().size() == 5 && tuple.items().get(0).equals("storage")
                && tuple.items().get(1) instanceof StorageType type && tuple.items().get(2) instanceof String key
                && tuple.items().get(4) instanceof Long count) {
            return new Storage(type.dtype(), key, count);
        }
        throw refused(Reason.INVALID_PICKLE, "a storage's type, key, device and size", "something else");
    }

    private void reduce(List<Object> call) {
        List<Object> arguments = call.get(1) instanceof Sequence tuple ? tuple.items() : List.of();
        Optional<Object> made = call.get(0) instanceof Function function ? made(function, arguments) : Optional.empty();
        push(made.orElseThrow(() -> refused(Reason.INVALID_PICKLE, "a tensor's parts", "something else")));
    }

    private static Optional<Object> made(Function function, List<Object> arguments) {
        return switch (function) {
            case ORDERED_DICT -> arguments.isEmpty() ? Optional.of(new Dictionary(new LinkedHashMap<>())) : Optional.empty();
            case REBUILD_TENSOR -> arguments.size() >= 6 && arguments.get(0) instanceof Storage storage
                    && arguments.get(1) instanceof Long offset ? tensor(storage, offset, arguments.get(2), arguments.get(3))
                            : Optional.empty();
            case REBUILD_PARAMETER -> !arguments.isEmpty() && arguments.get(0) instanceof Tensor tensor
                    ? Optional.of(tensor) : Optional.empty();
        };
    }

    private static Optional<Object> tensor(Storage storage, long offset, Object sizes, Object strides) {
        Optional<List<Long>> size = numbers(sizes);
        Optional<List<Long>> stride = numbers(strides);
        return size.isPresent() && stride.isPresent() && size.get().size() == stride.get().size()
                ? Optional.of(new Tensor(storage, offset, size.get(), stride.get())) : Optional.empty();
    }

    private static Optional<List<Long>> numbers(Object value) {
        if (!(value instanceof Sequence tuple) || tuple.items().size() > MAX_DIMENSIONS
                || !tuple.items().stream().allMatch(Long.class::isInstance)) {
            return Optional.empty();
        }
        return Optional.of(tuple.items().stream().map(Long.class::cast).toList());
    }

    /// A state dictionary's attributes: the versions of its modules, which nothing here needs.
    private void build(Object state) {
        if (!(top() instanceof Dictionary) || !(state instanceof Dictionary)) {
            throw refused(Reason.INVALID_PICKLE, "attributes of a dictionary", "something else");
        }
    }

    private TorchFileException refused(Reason reason, String expected, String got) {
        return new TorchFileException(reason, "pickle: expected " + expected + ", got " + got + " (in " + file + ")");
    }
}
