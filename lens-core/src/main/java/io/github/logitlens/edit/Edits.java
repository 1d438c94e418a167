package io.github.logitlens.edit;

import io.github.logitlens.hook.Edit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes edits, from numbers or from text.
///
/// ```java
/// Edits.zeroHead(7, 3).toString()    // "zero:L7H3"
/// Edits.parse("zero:L7H3")           // equal to it
/// ```
public final class Edits {

    private static final Pattern FORM = Pattern.compile("([a-z]+):(.*)", Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile("L(\\d{1,6})H(\\d{1,6})");

    private Edits() {
    }

    /// Ablates one attention head: what it reads, `hook_z`, becomes 0 at every position, so that it writes nothing.
    ///
    /// @param layer the block, from 0
    /// @param head  the head, from 0
    /// @return the edit
    /// @throws IllegalArgumentException if one of them is negative
    public static Edit zeroHead(int layer, int head) {
        return new HeadAblation(layer, head);
    }

    /// Reads an edit's written form.
    ///
    /// @param text `zero:L7H3`
    /// @return the edit
    /// @throws IllegalArgumentException if the text has another form
    public static Edit parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches() || !form.group(1).equals("zero")) {
            throw new IllegalArgumentException("edit: expected a verb and a place such as zero:L7H3, got \"" + text + "\"");
        }
        Matcher head = HEAD.matcher(form.group(2));
        if (!head.matches()) {
            throw new IllegalArgumentException("edit " + form.group(1) + ": expected a head such as L7H3, got \""
                    + form.group(2) + "\"");
        }
        return zeroHead(Integer.parseInt(head.group(1)), Integer.parseInt(head.group(2)));
    }
}
