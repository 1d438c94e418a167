package io.github.logitlens;

import io.github.logitlens.internal.hook.HookCalls;

/// What a result was read from.
///
/// @param reader how it was read
/// @param hooks  of its run, ready for its prompt
/// @param rows   `[positions, points, dModel]`
record KeptResiduals(LensReader reader, HookCalls hooks, float[] rows) {
}
