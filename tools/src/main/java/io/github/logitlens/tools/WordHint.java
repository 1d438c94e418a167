package io.github.logitlens.tools;

import io.github.logitlens.internal.view.SafeText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// What a prompt of a single word may have been meant as: the file of that name, or a command that is spelled nearly so.
final class WordHint {

    /// Shorter words are near to too many others.
    private static final int LEAST_BEGINNING = 4;

    private WordHint() {
    }

    /// A sentence for who meant something else.
    ///
    /// @param prompt   the text as it stands on the command line
    /// @param commands all commands there are
    /// @return what to write for the other meaning; empty for several words, and for a word that is like nothing else
    static Optional<String> of(String prompt, Collection<String> commands) {
        if (prompt.isEmpty() || prompt.codePoints().anyMatch(Character::isWhitespace)) {
            return Optional.empty();
        }
        if (isFile(prompt)) {
            return Optional.of(read(prompt) + ", and there is a file of that name: @" + SafeText.escaped(prompt) + " reads it");
        }
        String word = prompt.toLowerCase(Locale.ROOT);
        return commands.stream().sorted().filter(command -> isNear(word, command)).findFirst().map(command ->
                read(prompt) + "; the command is: lens " + command);
    }

    private static String read(String prompt) {
        return "\"" + SafeText.escaped(prompt) + "\" is read as a prompt";
    }

    private static boolean isFile(String name) {
        try {
            return Files.isRegularFile(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isNear(String word, String command) {
        int shorter = Math.min(word.length(), command.length());
        return shorter >= LEAST_BEGINNING && (word.startsWith(command) || command.startsWith(word))
                || distance(word, command) <= 1;
    }

    /// Letters that have to be put in, taken out or changed to make one word the other.
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(changed, 1 + Math.min(before[j], now[j - 1]));
            }
            before = now;
        }
        return before[b.length()];
    }
}
