package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExplainTest {

    @Test
    void preTokensBytesMergesAndIds() {
        Cli cli = Cli.lens("tokens", "--explain", "it's é").succeeds();
        assertEquals("""
                "it"   69 74
                  "i" + "t" → "it"   rank 14
                  = "it" 270
                "'s"   27 73
                  "'" + "s" → "'s"   rank 82
                  = "'s" 338
                " é"   20 c3 a9
                  "\\xc3" + "\\xa9" → "é"   rank 6
                  " " + "é" → " é"   rank 41
                  = " é" 0
                """.lines().map(line -> line.replaceAll("rank \\d+|\\d+$", "#")).toList(),
                cli.lines().stream().map(line -> line.replaceAll("rank \\d+|\\d+$", "#")).toList());
    }

    @Test
    void anotherFormatIsRefused() {
        Cli cli = Cli.lens("tokens", "--explain", "--json", "a");
        assertEquals(2, cli.code());
        assertEquals("lens: --explain: expected no other format, got json (see lens tokens --help)\n", cli.err());
    }
}
