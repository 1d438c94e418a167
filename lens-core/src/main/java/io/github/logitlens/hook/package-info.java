/// Hooks: places in a forward pass under their TransformerLens names, what sees activations there, and what changes them.
///
/// [io.github.logitlens.hook.HookSite] names the kinds of places, `at` one of them in a layer; [io.github.logitlens.hook.Hooks] are given to
/// a run and end with it. Observers see an activation after all edits there.
///
/// ```java
/// List<String> seen = new ArrayList<>();
/// Hooks hooks = Hooks.none()
///         .observe(HookSite.ATTN_PATTERN.at(3), (point, pattern) -> seen.add(point.toString()))
///         .edit(HookSite.MLP_OUT.at(5), (point, out) -> out.fill(0));
/// try (LogitLens lens = LogitLens.open("demo")) {
///     lens.run("The Eiffel Tower is in", LensOptions.defaults(), hooks).edits();   // [custom edit at blocks.5.hook_mlp_out]
///     seen;                                                                        // [blocks.3.attn.hook_pattern]
/// }
/// ```
@NullMarked
package io.github.logitlens.hook;

import org.jspecify.annotations.NullMarked;
