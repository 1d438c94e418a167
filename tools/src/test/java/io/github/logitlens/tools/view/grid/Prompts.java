package io.github.logitlens.tools.view.grid;

import java.util.LinkedHashMap;
import java.util.Map;

/// Prompts that are hard on a layout, by name.
final class Prompts {

    static final Map<String, String> ALL = new LinkedHashMap<>();

    static {
        ALL.put("english", "The Eiffel Tower is in the city of Paris, the capital of France");
        ALL.put("code", "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n");
        ALL.put("chinese", "埃菲尔铁塔在巴黎的中心");
        ALL.put("arabic", "برج إيفل في باريس (1889) שלום");
        ALL.put("emoji", "🙂 👩‍👩‍👧 ❤️ flags 🇫🇷!");
        ALL.put("control", "a\tb\r\nc\u001b[31m\u0007 \u202e x\u0301 \u200f<|endoftext|>");
        ALL.put("markup", "</script><!-- & \"quotes\" ]]> <b onclick='x()'>=1+1,@SUM(A1)");
    }

    private Prompts() {
    }
}
