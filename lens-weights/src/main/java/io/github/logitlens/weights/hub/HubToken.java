package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;

/// An access token, which no message, log or `toString` shows.
final class HubToken {

    static final HubToken NONE = new HubToken("");

    private static final int SHORTEST_SECRET = 4;

    private final String secret;

    private HubToken(String secret) {
        this.secret = secret;
    }

    /// Line ends and surrounding blanks are left out, as Python does it; nothing left is no token.
    ///
    /// @param source where it came from, for the message
    static HubToken of(String text, String source) {
        String secret = text.replace("\r", "").replace("\n", "").strip();
        for (int i = 0; i < secret.length(); i++) {
            if (secret.charAt(i) <= ' ' || secret.charAt(i) > '~') {
                throw new HubException(Reason.BAD_SETTING, source
                        + ": expected a token of visible ASCII characters, got another character at offset " + i);
            }
        }
        return secret.isEmpty() ? NONE : new HubToken(secret);
    }

    boolean isPresent() {
        return !secret.isEmpty();
    }

    /// The value of the header `Authorization`.
    String authorization() {
        return "Bearer " + secret;
    }

    /// A text that somebody else wrote, without this token in it.
    String redact(String text) {
        return secret.length() < SHORTEST_SECRET ? text : text.replace(secret, "***");
    }

    @Override
    public String toString() {
        return isPresent() ? "a token" : "no token";
    }
}
