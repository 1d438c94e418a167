package io.github.logitlens.internal.hook;

import java.util.Optional;

/// Why an editor could not make its edit of one prompt, such as one at a position that the prompt has not.
public final class EditRefusal {

    private String message;

    /// The first that was noted.
    public Optional<String> message() {
        return Optional.ofNullable(message);
    }

    /// Notes why.
    public void set(String message) {
        this.message = message;
    }
}
