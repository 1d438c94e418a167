package io.github.logitlens.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HookPointTest {

    @ParameterizedTest
    @EnumSource
    void theNameOfEverySiteReadsBack(HookSite site) {
        for (int layer : site.inBlock() ? new int[] {0, 3, 11, 47, 100} : new int[] {0}) {
            assertEquals(site.at(layer), HookPoint.parse(site.at(layer).toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "embed", "hook_resid_post", "blocks", "blocks.", "blocks.0", "blocks.0.", "blocks.x.hook_z",
        "blocks.-1.hook_resid_post", "blocks.0.hook_embed", "blocks.0.hook_nothing", "blocks.99999999999.hook_resid_post",
        " hook_embed", "blocks.0.hook_resid_post ", "Blocks.0.hook_resid_post"})
    void otherNamesAreRefused(String name) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> HookPoint.parse(name));
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void layersThatCannotBeAreRefused(HookSite site) {
        assertThrows(IllegalArgumentException.class, () -> site.at(-1));
        if (!site.inBlock()) {
            assertThrows(IllegalArgumentException.class, () -> site.at(1));
        }
    }
}
