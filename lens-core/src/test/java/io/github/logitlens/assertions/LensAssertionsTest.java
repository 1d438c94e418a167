package io.github.logitlens.assertions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitlens.Lens;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What holds passes, what does not shows the table.
class LensAssertionsTest {

    private static LensResult result;

    @BeforeAll
    static void run() {
        try (LogitLens lens = LogitLens.open("demo")) {
            result = lens.run("The Eiffel Tower is in", LensOptions.defaults().track(" Paris"));
        }
    }

    private static void fails(String firstLine, Executable claim) {
        AssertionError e = assertThrows(AssertionError.class, claim);
        assertEquals(firstLine + "\n" + result.table(), e.getMessage());
    }

    @Test
    void claimsThatHoldPass() {
        LensAssertions.assertThat(result).predicts(" Paris").predicts(" the", 3).ranks(" Paris", 5, 2).ranks(" Paris", 4, 3)
                .decidesBy(7).at(-1).predicts(" Paris").at(4).predicts(",", 0);
        LensAssertions.assertThat(Lens.run("The Eiffel Tower is in")).predicts(" Paris");
    }

    @Test
    void anotherFirstChoiceFails() {
        fails("position 6, Layer 7: expected the first choice \" Rome\", got \" Paris\"",
                () -> LensAssertions.assertThat(result).predicts(" Rome"));
        fails("position 6, Layer 3: expected the first choice \" Paris\", got \" the\"",
                () -> LensAssertions.assertThat(result).predicts(" Paris", 3));
    }

    @Test
    void aRankBehindTheClaimFails() {
        fails("position 6, Layer 5: expected \" Paris\" at rank 1 or before, got 2",
                () -> LensAssertions.assertThat(result).ranks(" Paris", 5, 1));
    }

    @Test
    void aLaterDecisionFails() {
        fails("position 6, decision: expected layer 6 or before, got Layer 7",
                () -> LensAssertions.assertThat(result).decidesBy(6));
    }

    @Test
    void mistakesOfTheTestAreNoFailures() {
        assertEquals("position: expected one of [0, 1, 2, 3, 4, 5, 6], got 7", assertThrows(IllegalArgumentException.class,
                () -> LensAssertions.assertThat(result).at(7)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> LensAssertions.assertThat(result).predicts(" Paris", 8));
        assertThrows(IllegalArgumentException.class, () -> LensAssertions.assertThat(result).ranks(" Rome", 3, 5));
    }
}
