package io.github.logitlens.weights.torch;

import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.bytes.FloatFormat;
import io.github.logitlens.weights.internal.bytes.FloatReader;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import io.github.logitlens.weights.torch.TorchFileException.Reason;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// A file of PyTorch's `torch.save`, open for reading: tensors and what stands beside them, by name.
///
/// ```java
/// try (TorchFile file = TorchFile.open(Path.of("gpt2_jacobian_lens.pt"))) {
///     file.metadata().get("n_prompts");                                   // 1000
///     float[] j = file.readFloats(file.tensor("J.3").orElseThrow());      // [768 · 768]
/// }
/// ```
///
/// What was saved has to be a dictionary. What lies deeper in it is named by the way there, keys and places in lists joined by
/// dots: `{"J": {3: tensor}}` has the tensor `J.3`. Texts, numbers and truth values are [#metadata]; `None` is not there.
///
/// Nothing in the file is ever run. The zip archive has to be as `torch.save` writes it since version 1.6; of its pickle, the
/// instructions, classes and types that tensors are made of are understood, and any other is refused
/// ([Reason#FORBIDDEN_OPCODE], [Reason#FORBIDDEN_CLASS]). Every length is checked against the bytes that are there before
/// anything is allocated for it. Tensors have to lie in one piece (`tensor.contiguous()`); several may share a storage.
///
/// Opening reads the archive's directory and the pickle. Values are read on request, by any number of threads at once, as
/// [SafeTensors][io.github.logitlens.weights.safetensors.SafeTensors] reads them; a [TensorInfo#begin] counts from the start of
/// the file.
public final class TorchFile implements TensorFile {

    private static final String PICKLE = "data.pkl";
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NAMES = 1 << 17;
    private static final int MAX_NAME = 1000;
    /// How the form before version 1.6 begins: a pickle of a number of ten bytes.
    private static final String OLD_FORM = "\u0080\u0002\u008A\nl\u00FC\u009CF\u00F9 j\u00A8P\u0019";

    private final ByteSource source;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, String> metadata;

    private TorchFile(ByteSource source, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
        this.source = source;
        this.tensors = tensors;
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /// Opens a file and checks it.
    ///
    /// @param path a regular file, or a symbolic link to one, such as `params.pt` or `pytorch_model.bin`
    /// @return the open file; the caller closes it
    /// @throws TorchFileException if it cannot be read, or is refused
    public static TorchFile open(Path path) {
        return open(FileSource.open(path, TorchFileException.FAILURES));
    }

    /// @param source *owned from here on*, closed if it is refused
    static TorchFile open(ByteSource source) {
        try {
            refuseOldForm(source);
            TorchFile file = new Content(source, ZipDirectory.read(source)).read();
            source.checkUnchanged();
            return file;
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    private static void refuseOldForm(ByteSource source) {
        byte[] start = new byte[(int) Math.min(OLD_FORM.length(), source.size())];
        source.read(0, MemorySegment.ofArray(start));
        if (new String(start, StandardCharsets.ISO_8859_1).equals(OLD_FORM)) {
            throw new TorchFileException(Reason.OLD_FORM, source.name() + ": expected a zip archive of torch.save, got the form of "
                    + "PyTorch before 1.6 (save it again with a later one, or convert it to safetensors)");
        }
    }

    /// Gives everything in the pickle its name.
    private static final class Content {

        private final ByteSource source;
        private final Map<String, ZipDirectory.Entry> entries;
        private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Set<Object> around = Collections.newSetFromMap(new IdentityHashMap<>());
        private String folder = "";
        private int names;

        Content(ByteSource source, Map<String, ZipDirectory.Entry> entries) {
            this.source = source;
            this.entries = entries;
        }

        TorchFile read() {
            List<String> pickles = entries.keySet().stream()
                    .filter(name -> name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1)
                    .toList();
            if (pickles.size() != 1) {
                throw new TorchFileException(Reason.NO_PICKLE, "archive: expected " + PICKLE + " in one folder, got it in "
                        + (pickles.isEmpty() ? "none" : pickles.size()) + in());
            }
            folder = pickles.getFirst().substring(0, pickles.getFirst().indexOf('/') + 1);
            checkByteOrder();
            ZipDirectory.Entry entry = entries.get(pickles.getFirst());
            if (entry.size() > Pickle.MAX_BYTES) {
                throw new TorchFileException(Reason.TOO_LARGE,
                        "pickle: expected at most " + Pickle.MAX_BYTES + " bytes, got " + entry.size() + in());
            }
            if (!(Pickle.read(bytes(entry), source.name()) instanceof Pickle.Dictionary root)) {
                throw new TorchFileException(Reason.NOT_A_DICTIONARY, "pickle: expected a dictionary, got something else" + in());
            }
            name("", root);
            return new TorchFile(source, tensors, metadata);
        }

        private void checkByteOrder() {
            ZipDirectory.Entry entry = entries.get(folder + "byteorder");
            if (entry != null && (entry.size() > 8 || !new String(bytes(entry), StandardCharsets.US_ASCII).equals("little"))) {
                throw new TorchFileException(Reason.BIG_ENDIAN, "byte order: expected little, got another" + in());
            }
        }

        private byte[] bytes(ZipDirectory.Entry entry) {
            byte[] bytes = new byte[(int) entry.size()];
            source.read(entry.begin(), MemorySegment.ofArray(bytes));
            return bytes;
        }

        private void name(String name, Object value) {
            if (++names > MAX_NAMES || name.length() > MAX_NAME) {
                throw new TorchFileException(Reason.TOO_LARGE, "pickle: expected at most " + MAX_NAMES + " names of " + MAX_NAME
                        + " characters, got more" + in());
            }
            switch (value) {
                case Pickle.Dictionary dictionary -> inside(name, dictionary, () -> dictionary.entries().forEach((key, inner) ->
                        name(joined(name, String.valueOf(key)), inner)));
                case Pickle.Sequence sequence -> inside(name, sequence, () -> {
                    for (int i = 0; i < sequence.items().size(); i++) {
                        name(joined(name, String.valueOf(i)), sequence.items().get(i));
                    }
                });
                case Pickle.Tensor tensor -> add(tensors, name, info(name, tensor));
                case String text -> add(metadata, name, text);
                case Long number -> add(metadata, name, number.toString());
                case Double number -> add(metadata, name, number.toString());
                case Boolean truth -> add(metadata, name, truth.toString());
                case Pickle.None _ -> {
                    // as if it were not there
                }
                default -> throw new TorchFileException(Reason.INVALID_PICKLE, Text.quote(name)
                        + ": expected a tensor, number, text, list or dictionary, got a part of a tensor" + in());
            }
        }

        private static String joined(String name, String key) {
            return name.isEmpty() ? key : name + "." + key;
        }

        private void inside(String name, Object container, Runnable naming) {
            if (!around.add(container)) {
                throw new TorchFileException(Reason.CYCLE, Text.quote(name) + ": expected no container inside itself, got one" + in());
            }
            if (around.size() > MAX_DEPTH) {
                throw new TorchFileException(Reason.TOO_LARGE,
                        Text.quote(name) + ": expected at most " + MAX_DEPTH + " containers around it, got more" + in());
            }
            naming.run();
            around.remove(container);
        }

        private <T> void add(Map<String, T> map, String name, T value) {
            if (map.putIfAbsent(name, value) != null) {
                throw new TorchFileException(Reason.DUPLICATE_NAME, Text.quote(name) + ": expected once, got it twice" + in());
            }
        }

        private TensorInfo info(String name, Pickle.Tensor tensor) {
            List<Long> shape = tensor.sizes();
            long count = elements(shape).orElseThrow(() -> refused(Reason.INVALID_SHAPE, name,
                    "sizes from 0 up, of less than 2^60 elements", shape));
            checkStrides(name, tensor, count);
            Pickle.Storage storage = tensor.storage();
            int bytes = storage.dtype().bits() / 8;
            ZipDirectory.Entry entry = storage.key().matches("[0-9]{1,9}") ? entries.get(folder + "data/" + storage.key()) : null;
            if (entry == null) {
                throw refused(Reason.INVALID_STORAGE, name, "a storage in the archive", Text.quote(storage.key()));
            }
            if (storage.count() < 0 || storage.count() != entry.size() / bytes || entry.size() % bytes != 0) {
                throw refused(Reason.INVALID_STORAGE, name,
                        "a storage of " + entry.size() + " bytes", storage.count() + " elements of " + storage.dtype());
            }
            if (tensor.offset() < 0 || tensor.offset() > storage.count() || count > storage.count() - tensor.offset()) {
                throw refused(Reason.OUT_OF_RANGE, name, count + " elements within a storage of " + storage.count(),
                        "them from element " + tensor.offset() + " on");
            }
            long begin = entry.begin() + tensor.offset() * bytes;
            return new TensorInfo(name, storage.dtype(), shape, begin, begin + count * bytes);
        }

        private static OptionalLong elements(List<Long> shape) {
            long count = 1;
            try {
                for (long size : shape) {
                    if (size < 0) {
                        return OptionalLong.empty();
                    }
                    count = Math.multiplyExact(count, size);
                }
            } catch (ArithmeticException _) {
                return OptionalLong.empty();
            }
            return count >>> 60 == 0 ? OptionalLong.of(count) : OptionalLong.empty();
        }

        private void checkStrides(String name, Pickle.Tensor tensor, long count) {
            List<Long> shape = tensor.sizes();
            long stride = 1;
            for (int i = shape.size() - 1; i >= 0; i--) {
                if (count > 0 && shape.get(i) > 1 && !tensor.strides().get(i).equals(stride)) {
                    throw refused(Reason.NOT_CONTIGUOUS, name, "elements one after the other (tensor.contiguous()) for sizes " + shape,
                            "strides " + tensor.strides());
                }
                stride *= Math.max(1, shape.get(i));
            }
        }

        private TorchFileException refused(Reason reason, String name, String expected, Object got) {
            return new TorchFileException(reason, "tensor " + Text.quote(name) + ": expected " + expected + ", got " + got + in());
        }

        private String in() {
            return " (in " + source.name() + ")";
        }
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public long size() {
        return source.size();
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.copyOf(tensors.values());
    }

    @Override
    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /// Texts, numbers and truth values beside the tensors, by name.
    ///
    /// @return immutable, in the order of the file
    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public long readFloats(TensorInfo tensor, long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        if (!tensor.equals(tensors.get(tensor.name()))) {
            throw new IllegalArgumentException(
                    "tensor " + Text.quote(tensor.name()) + ": expected one of this file's (in " + name() + ")");
        }
        DType dtype = tensor.dtype();
        if (!dtype.isFloat()) {
            throw new TorchFileException(Reason.NOT_CONVERTIBLE, "dtype of tensor " + Text.quote(tensor.name())
                    + ": expected F32, F16, BF16 or F64, got " + dtype + " (in " + name() + ")");
        }
        Objects.checkFromIndexSize(firstElement, count, tensor.elementCount());
        return FloatReader.read(source, tensor.begin() + firstElement * (dtype.bits() / 8), FloatFormat.valueOf(dtype.name()),
                FloatReader.room(dst, dstOffsetBytes, count * Float.BYTES));
    }

    @Override
    public ByteSource source() {
        return source;
    }

    @Override
    public void close() {
        source.close();
    }
}
