package io.github.logitlens.tools;

/// A command failed for a reason outside the library: a file, standard input. The message is the one line that is shown.
final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
