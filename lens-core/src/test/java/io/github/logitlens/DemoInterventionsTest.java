package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.edit.Place;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the bundled model's card says of its interventions, found again: `tools/python/demo/interventions.py --write` wrote down, of
/// each of its patched pairs and each of its phrasings without a head, what PyTorch found.
class DemoInterventionsTest {

    private static final LensOptions LAST = LensOptions.defaults().topK(1).positions(Positions.last()).points(PointKind.RESID_POST)
            .layers(Layers.of(-1));
    /// The quick tests take one of so many.
    private static final int SOME = 20;

    private static JsonNode expected;
    private static LogitLens lens;

    @BeforeAll
    static void open() throws IOException {
        expected = new ObjectMapper().readTree(
                Golden.folder("demo/p0").resolveSibling("interventions.json").toFile());
        lens = LogitLens.open("demo");
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    @Test
    void patchingTheSubjectBringsTheOtherAnswer() {
        patchedPairs(SOME);
    }

    @Tag("card")
    @Test
    void patchingEverySubject() {
        patchedPairs(1);
    }

    private static void patchedPairs(int every) {
        JsonNode pairs = expected.required("pairs");
        for (int i = 0; i < pairs.size(); i += every) {
            JsonNode pair = pairs.get(i);
            List<Integer> flips = new ArrayList<>();
            for (int row = 0; row <= lens.model().config().nLayers(); row++) {
                HookPoint point = row == 0 ? HookSite.RESID_PRE.at(0) : HookSite.RESID_POST.at(row - 1);
                Edit patch = Edits.patch(Place.of(point)).at(pair.required("at").intValue()).from(Prompt.ids(ids(pair.required("other"))));
                LensResult patched = lens.run(ids(pair.required("ids")), LAST, Hooks.of(patch));
                if (patched.top(patched.finalPoint(), -1).getFirst().id() == pair.required("otherAnswer").intValue()) {
                    flips.add(row);
                }
            }
            assertEquals(pair.required("flips").toString(), flips.toString().replace(" ", ""),
                    pair.required("kind").textValue() + ", pair " + i);
        }
    }

    @Test
    void withoutAHeadSomeAnswersAreLost() {
        withoutHeads(SOME);
    }

    @Tag("card")
    @Test
    void everyPhrasingWithoutEachHead() {
        withoutHeads(1);
    }

    private static void withoutHeads(int every) {
        List<JsonNode> phrasings = IntStream.range(0, expected.required("phrasings").size()).filter(i -> i % every == 0)
                .mapToObj(i -> expected.required("phrasings").get(i)).toList();
        List<Prompt> prompts = phrasings.stream().map(each -> Prompt.ids(ids(each.required("ids")))).toList();
        JsonNode heads = expected.required("heads");
        for (int head = 0; head <= heads.size(); head++) {
            Hooks hooks = head == 0 ? Hooks.none()
                    : Hooks.of(Edits.zeroHead(heads.get(head - 1).get(0).intValue(), heads.get(head - 1).get(1).intValue()));
            List<Boolean> right = new ArrayList<>();
            lens.runAll(prompts.iterator(), LAST, hooks, BatchOptions.defaults(), outcome -> right.add(
                    outcome.result().top(outcome.result().finalPoint(), -1).getFirst().id()
                            == phrasings.get(right.size()).required("answer").intValue()));
            int column = head;
            assertEquals(phrasings.stream().map(each -> each.required("right").get(column).intValue() == 1).toList(), right,
                    hooks.edits().toString());
        }
    }

    private static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
    }
}
