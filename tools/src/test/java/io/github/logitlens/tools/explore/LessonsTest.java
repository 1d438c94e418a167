package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.Contribution;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenRef;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.Edit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the lessons of `lessons.js` say of the bundled model is so.
class LessonsTest {

    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final String BRIDGE = "The Tower Bridge is in";
    private static final TokenRef PARIS = TokenRef.of(6342);
    private static final TokenRef LONDON = TokenRef.of(3576);

    private static LogitLens lens;

    @BeforeAll
    static void open() {
        lens = LogitLens.open("demo");
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static String first(LensResult result, int layer) {
        return result.top(result.layer(layer), -1).getFirst().token().text();
    }

    @Test
    void whatALayerSays() {
        LensResult result = lens.run(EIFFEL);
        assertEquals(8, result.config().nLayers());
        assertEquals(" Paris", first(result, 7));
        assertEquals(" the", first(result, 4));
        assertEquals(" in", result.top(result.embedding(), -1).getFirst().token().text());
        assertTrue(result.top(result.embedding(), -1).getFirst().probability() > 0.99);
    }

    @Test
    void earlyKnowingAndLateCorrection() {
        LensResult numpy = lens.run("import numpy as");
        assertEquals(numpy.layer(3), numpy.decisionLayer(-1));
        LensResult eiffel = lens.run(EIFFEL, LensOptions.defaults().track(PARIS));
        for (int layer = 0; layer < 7; layer++) {
            assertEquals(" the", first(eiffel, layer), "layer " + layer);
        }
        assertEquals(2, eiffel.tracked(PARIS, eiffel.layer(5), -1).rank());
        assertTrue(eiffel.tracked(PARIS, eiffel.layer(4), -1).rank() > 2);
        LensResult france = lens.run("The capital of France is");
        assertEquals(france.layer(3), france.decisionLayer(-1));
        LensResult ben = lens.run("Big Ben is in");
        assertTrue(ben.points().indexOf(ben.decisionLayer(-1)) > ben.points().indexOf(ben.layer(5)), "late");
        assertEquals(" London", first(ben, 7));
    }

    private static double difference(String... edits) {
        LensResult result = lens.run(EIFFEL, LensOptions.defaults().track(PARIS).track(LONDON),
                List.of(edits).stream().map(Edits::parse).toArray(Edit[]::new));
        return result.logitDifference(PARIS, LONDON, result.finalPoint(), -1);
    }

    @Test
    void whichHeadMovedTheCity() {
        Attribution attribution = lens.attribute(EIFFEL, AttributionOptions.of(PARIS).versus(LONDON));
        List<Contribution> heads = attribution.strongest().stream().filter(c -> c.kind() == Contribution.Kind.HEAD).toList();
        assertEquals(List.of("L7H3", "L7H1"), heads.subList(0, 2).stream().map(Contribution::label).toList());
        double wrote = heads.getFirst().logit();
        double wroteLess = heads.stream().filter(head -> head.label().equals("L6H0")).findFirst().orElseThrow().logit();
        double before = difference();
        double without = before - difference("zero:L7H3");
        double withoutOther = before - difference("zero:L6H0");
        assertTrue(without > 0 && without < wrote, without + " of " + wrote);
        assertTrue(difference("zero:L7H3") > 5, "far ahead");
        assertTrue(wroteLess < wrote && withoutOther > without, withoutOther + " though " + wroteLess);
    }

    private static String patched(String edit) {
        LensResult result = lens.run(EIFFEL, LensOptions.defaults(), Edits.parse(edit, List.of(Prompt.of(BRIDGE))));
        return first(result, 7);
    }

    @Test
    void whatAPatchProves() {
        assertEquals(" Tower", lens.run(EIFFEL).tokens().get(4).text());
        assertEquals(" Bridge", lens.run(BRIDGE).tokens().get(2).text());
        assertEquals(" London", first(lens.run(BRIDGE), 7));
        assertEquals(" the", patched("patch:L2.resid_post@4=L2.resid_post@2"));
        assertEquals(" Paris", patched("patch:L5.resid_post@4=L5.resid_post@2"));
        assertEquals(" London", patched("patch:L5-7H0-3@-1"));
    }
}
