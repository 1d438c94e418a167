package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// `--format logitlenskit`: what LogitLensKit's widgets read, beside the library's own numbers.
class LogitLensKitTest {

    @Test
    void everyTokenAmongTheMostLikelyHasItsPath() {
        String prompt = "The Eiffel 日 is";
        JsonNode json = Cli.lens("--format", "logitlenskit", "--top-k", "3", prompt).succeeds().json();
        assertEquals(2, json.path("meta").path("version").intValue());
        assertEquals("demo", json.path("meta").path("model").textValue());
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run(prompt, LensOptions.defaults().topK(3).points(PointKind.RESID_POST));
            assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), result.points().stream().map(point -> point.layer().getAsInt()).toList());
            json.path("layers").forEach(layer -> assertTrue(layer.isInt()));
            assertEquals(8, json.path("layers").size());
            assertEquals(result.tokens().size(), json.path("input").size());
            assertEquals("The", json.path("input").get(0).textValue());
            for (int position : result.positions()) {
                Set<String> texts = new HashSet<>();
                JsonNode tracked = json.path("tracked").get(position);
                for (LensPoint point : result.points()) {
                    int layer = point.layer().getAsInt();
                    List<TokenPrediction> top = result.top(point, position);
                    for (int rank = 0; rank < 3; rank++) {
                        String text = json.path("topk").get(layer).get(position).get(rank).textValue();
                        texts.add(text);
                        assertTrue(text.equals(top.get(rank).token().text()) || text.equals(top.get(rank).token().display()), text);
                        assertTrue(text.indexOf('\uFFFD') < 0, text);
                        assertEquals(top.get(rank).probability(), tracked.path(text).get(layer).doubleValue(), 0.5e-5 + 1e-12);
                        // Also where it is none of the most likely.
                        LensPoint first = result.points().getFirst();
                        double there = lens.run(prompt, LensOptions.defaults().points(PointKind.RESID_POST).track(TokenRef.of(top.get(rank).id())))
                                .tracked(TokenRef.of(top.get(rank).id()), first, position).probability();
                        assertEquals(there, tracked.path(text).get(0).doubleValue(), 0.5e-5 + 1e-12);
                    }
                    assertEquals(result.reading(point, position).entropy(), json.path("entropy").get(layer).get(position).doubleValue(), 1e-5);
                }
                assertEquals(texts.size(), tracked.size());
            }
        }
    }

    @Test
    void itTakesTheWholePrompt() {
        Cli.lens("--format", "logitlenskit", "--position", "last", "The").failsWith(Main.FAILED, "position: expected all for logitlenskit, got last");
    }
}
