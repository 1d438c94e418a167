package io.github.logitlens.weights.safetensors;

import io.github.logitlens.error.LensException;
import io.github.logitlens.weights.internal.bytes.FileSource;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/// A safetensors file that could not be read or written. The message is one line that names the file, and the tensor,
/// the limit, what was expected and what was found where there are such.
///
/// ```java
/// try (SafeTensors file = SafeTensors.open(path)) {
///     …
/// } catch (SafeTensorsException e) {
///     e.reason();        // SIZE_MISMATCH
///     e.getMessage();    // tensor 'ln': expected 16 bytes for F32 [4], got 8 (in model.safetensors)
/// }
/// ```
public final class SafeTensorsException extends LensException {

    private static final long serialVersionUID = 1L;

    /// The cause, one constant for each. The first group is in the order in which the checks are made.
    public enum Reason {
        /// There is no file of that name.
        NOT_FOUND,
        /// The file may not be read.
        NO_PERMISSION,
        /// The path is empty, or a directory, a pipe, a device: anything but a file.
        NOT_A_REGULAR_FILE,
        /// The file is a Git LFS pointer: the real content was never fetched.
        GIT_LFS_POINTER,
        /// The file is an HTML page, as a server sends instead of a file.
        HTML_PAGE,
        /// The file is a JSON document, as a server sends instead of a file.
        JSON_DOCUMENT,
        /// The file is of another known kind: a zip archive such as PyTorch's, GGUF.
        OTHER_FORMAT,
        /// The file is shorter than the 8 bytes that hold the header's length.
        HEADER_TOO_SMALL,
        /// The header's length is above 100,000,000.
        HEADER_TOO_LARGE,
        /// The header ends behind the end of the file.
        INVALID_HEADER_LENGTH,
        /// The header is not valid UTF-8.
        HEADER_NOT_UTF8,
        /// The header is not one JSON object.
        HEADER_NOT_JSON,
        /// The header nests more than 127 arrays and objects.
        HEADER_TOO_DEEP,
        /// Holding the header's content would take more than half of the heap.
        HEADER_NEEDS_TOO_MUCH_MEMORY,
        /// `__metadata__` is there twice, or is not a map from strings to strings.
        INVALID_METADATA,
        /// A tensor's entry lacks a field, has one twice, or has one of the wrong type.
        INVALID_TENSOR_ENTRY,
        /// Two tensors have the same name.
        DUPLICATE_TENSOR,
        /// A tensor's dtype is not one of [DType].
        UNKNOWN_DTYPE,
        /// A tensor does not begin where the one before it ends, or ends before it begins.
        INVALID_OFFSETS,
        /// The number of elements or bits of a tensor does not fit in 64 bits.
        SIZE_OVERFLOW,
        /// A tensor's elements do not fill whole bytes.
        PARTIAL_BYTE,
        /// A tensor's dtype and shape need another number of bytes than its offsets enclose.
        SIZE_MISMATCH,
        /// The tensors do not end where the file ends.
        FILE_SIZE_MISMATCH,

        /// The tensor's dtype cannot be read as the numbers that were asked for.
        NOT_CONVERTIBLE,
        /// The file became shorter, longer or newer while it was open.
        FILE_CHANGED,
        /// The reading thread was interrupted; its interrupt status is set, and the file is no longer readable.
        INTERRUPTED,
        /// Any other failure of the operating system to read the file.
        READ_FAILED,
        /// The file could not be written; what was there before is untouched.
        WRITE_FAILED
    }

    /// What can be wrong with a file, as an exception of this kind.
    static final FileSource.Failures FAILURES = new FileSource.Failures() {
        @Override
        public SafeTensorsException of(FileSource.Fault fault, String message, Optional<IOException> cause) {
            Reason reason = switch (fault) {
                case NOT_FOUND -> Reason.NOT_FOUND;
                case NOT_A_REGULAR_FILE -> Reason.NOT_A_REGULAR_FILE;
                case NO_PERMISSION -> Reason.NO_PERMISSION;
                case READ_FAILED -> Reason.READ_FAILED;
                case CHANGED -> Reason.FILE_CHANGED;
                case INTERRUPTED -> Reason.INTERRUPTED;
            };
            return new SafeTensorsException(reason, message, cause.orElse(null));
        }
    };

    /// What [#reason()] returns.
    private final Reason reason;

    SafeTensorsException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason);
    }

    SafeTensorsException(Reason reason, String message, Throwable cause) {
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
