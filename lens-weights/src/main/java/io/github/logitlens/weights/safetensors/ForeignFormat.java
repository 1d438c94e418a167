package io.github.logitlens.weights.safetensors;

import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// What a file that cannot be safetensors is instead: the things that are really found under the name
/// `model.safetensors`.
final class ForeignFormat {

    private static final int LOOKED_AT = 512;

    private ForeignFormat() {
    }

    /// For a file whose first bytes are no header length; empty if they are nothing known either.
    static Optional<SafeTensorsException> recognise(ByteSource source) {
        byte[] start = new byte[(int) Math.min(LOOKED_AT, source.size())];
        source.read(0, MemorySegment.ofArray(start));
        // One character a byte: nothing here depends on the encoding.
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String visible = text.replaceFirst("^\u00EF\u00BB\u00BF", "").strip();
        if (text.startsWith("version https://git-lfs.github.com/spec/")) {
            return found(source, Reason.GIT_LFS_POINTER, "a Git LFS pointer (fetch the content with: git lfs pull)");
        }
        if (visible.startsWith("<") && visible.length() > 1 && "!?abcdefghijklmnopqrstuvwxyz".indexOf(
                visible.toLowerCase(Locale.ROOT).charAt(1)) >= 0) {
            return found(source, Reason.HTML_PAGE, "an HTML or XML page (a server's answer instead of the file)");
        }
        // A NUL is part of a header's length: a safetensors file cut short, not text.
        if ((visible.startsWith("{") || visible.startsWith("[")) && visible.indexOf('\0') < 0) {
            String utf8 = new String(start, StandardCharsets.UTF_8);
            return found(source, Reason.JSON_DOCUMENT, "a JSON document: " + Text.escape(utf8.strip()));
        }
        if (text.startsWith("PK\u0003\u0004")) {
            return found(source, Reason.OTHER_FORMAT, "a zip archive (perhaps PyTorch's; convert it to safetensors)");
        }
        if (text.startsWith("\u0080\u0002")) {
            return found(source, Reason.OTHER_FORMAT, "a Python pickle (perhaps PyTorch's; convert it to safetensors)");
        }
        if (text.startsWith("GGUF")) {
            return found(source, Reason.OTHER_FORMAT, "a GGUF file");
        }
        return Optional.empty();
    }

    private static Optional<SafeTensorsException> found(ByteSource source, Reason reason, String what) {
        return Optional.of(new SafeTensorsException(reason,
                source.name() + ": not a safetensors file: expected one, got " + what));
    }
}
