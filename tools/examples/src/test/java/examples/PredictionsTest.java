package examples;

import static io.github.logitlens.assertions.LensAssertions.assertThat;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.edit.Edits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What a model is expected to know, and from which layer on.
class PredictionsTest {

    private static final LogitLens LENS = LogitLens.open("demo");

    @AfterAll
    static void close() {
        LENS.close();
    }

    @Test
    void knowsWhereTheTowerIs() {
        assertThat(LENS.run("The Eiffel Tower is in", LensOptions.defaults().track(" Paris")))
                .predicts(" Paris")
                .ranks(" Paris", 5, 2)
                .decidesBy(7);
    }

    @Test
    void needsTheEarlyHeads() {
        assertThat(LENS.run("The Eiffel Tower is in", LensOptions.defaults(), Edits.parse("zero:L0H0-3"))).predicts(" the");
    }
}
