package io.github.logitlens.edit;

import io.github.logitlens.Positions;
import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.HookPoint;

/// What becomes of the values at a place, with all that it takes at hand.
interface Action {

    /// Changes one position's values.
    ///
    /// @param values `[values of the place]`, *written*
    void change(HookPoint point, int position, float[] values);

    /// The action in one activation, from which it may take something first.
    default Action within(HookPoint point, Activation activation, Place.Slice slice) {
        return this;
    }

    /// The action for one prompt.
    ///
    /// @param positions those that the edit names in it
    /// @param named     how they are written
    /// @param edit      for messages
    default Action forPrompt(int[] positions, Positions named, String edit) {
        return this;
    }

    /// Whether an edit of all positions goes on behind the prompt, where a text is generated.
    default boolean goesOn() {
        return true;
    }
}
