package io.github.logitlens.weights.torch;

import io.github.logitlens.error.LensException;
import io.github.logitlens.weights.internal.bytes.FileSource;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/// A file of PyTorch's that was refused. The message is one line that names the file, and the tensor, the limit, what was
/// expected and what was found where there are such.
///
/// ```java
/// try (TorchFile file = TorchFile.open(path)) {
///     …
/// } catch (TorchFileException e) {
///     e.reason();        // FORBIDDEN_CLASS
///     e.getMessage();    // pickle: expected a class that tensors are made of, got 'os system' (in params.pt)
/// }
/// ```
public final class TorchFileException extends LensException {

    private static final long serialVersionUID = 1L;

    /// The cause, one constant for each.
    public enum Reason {
        /// There is no file of that name.
        NOT_FOUND,
        /// The file may not be read.
        NO_PERMISSION,
        /// The path is empty, or a directory, a pipe, a device: anything but a file.
        NOT_A_REGULAR_FILE,
        /// The file became shorter, longer or newer while it was open.
        FILE_CHANGED,
        /// The reading thread was interrupted; its interrupt status is set.
        INTERRUPTED,
        /// Any other failure of the operating system to read the file.
        READ_FAILED,

        /// The file is no zip archive, or one that is cut short.
        NOT_A_ZIP,
        /// The file is in the form that PyTorch wrote before version 1.6.
        OLD_FORM,
        /// The archive's directory contradicts itself, the file's size or its entries' own headers.
        INVALID_ARCHIVE,
        /// An entry is compressed or encrypted, which PyTorch's never are.
        COMPRESSED_ENTRY,
        /// An entry's name leads out of the archive, or two entries have the same name.
        UNSAFE_ENTRY_NAME,
        /// The archive has no `data.pkl`, or not in one folder.
        NO_PICKLE,
        /// The numbers were written on a machine with another byte order.
        BIG_ENDIAN,

        /// The pickle is larger, or makes more objects or deeper ones, than any list of tensors.
        TOO_LARGE,
        /// The pickle has an instruction that tensors do not need.
        FORBIDDEN_OPCODE,
        /// The pickle names a class or function that tensors are not made of.
        FORBIDDEN_CLASS,
        /// The pickle ends too soon, or gives an instruction what it cannot take.
        INVALID_PICKLE,
        /// A container holds itself.
        CYCLE,
        /// What was saved is not a dictionary.
        NOT_A_DICTIONARY,
        /// Two tensors, or two values, have the same name.
        DUPLICATE_NAME,
        /// A tensor's sizes are negative, too many or too large.
        INVALID_SHAPE,
        /// A tensor's elements do not lie one after the other.
        NOT_CONTIGUOUS,
        /// A tensor's bytes are not in the archive, or not as many as it says.
        INVALID_STORAGE,
        /// A tensor reaches beyond the end of its storage.
        OUT_OF_RANGE,
        /// The tensor's dtype cannot be read as float32.
        NOT_CONVERTIBLE
    }

    /// What can be wrong with a file, as an exception of this kind.
    static final FileSource.Failures FAILURES = new FileSource.Failures() {
        @Override
        public TorchFileException of(FileSource.Fault fault, String message, Optional<IOException> cause) {
            Reason reason = switch (fault) {
                case NOT_FOUND -> Reason.NOT_FOUND;
                case NOT_A_REGULAR_FILE -> Reason.NOT_A_REGULAR_FILE;
                case NO_PERMISSION -> Reason.NO_PERMISSION;
                case READ_FAILED -> Reason.READ_FAILED;
                case CHANGED -> Reason.FILE_CHANGED;
                case INTERRUPTED -> Reason.INTERRUPTED;
            };
            return new TorchFileException(reason, message, cause.orElse(null));
        }
    };

    /// What [#reason()] returns.
    private final Reason reason;

    TorchFileException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason);
    }

    private TorchFileException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason);
    }

    /// The cause as a constant.
    ///
    /// @return what went wrong
    @Override
    public Reason reason() {
        return reason;
    }
}
