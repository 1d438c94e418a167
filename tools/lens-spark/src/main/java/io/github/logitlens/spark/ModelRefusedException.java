package io.github.logitlens.spark;

/// A model or its lens cannot be opened on an executor. To try again there would help nobody, so the driver ends the job; see [JobListener].
final class ModelRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ModelRefusedException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
