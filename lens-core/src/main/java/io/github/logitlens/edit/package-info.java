/// Interventions as values: what is changed in a run, written as text, carried by its result.
///
/// A [io.github.logitlens.edit.Place] and a verb of [io.github.logitlens.edit.Edits] make an edit; it goes into a run as it is, or with
/// others into [io.github.logitlens.hook.Hooks]. What it takes from other prompts is run first, once.
///
/// ```java
/// Edit patch = Edits.patch(Place.parse("L6.resid_post")).at(-1).from("Big Ben is in");
/// patch;                                                                     // patch:L6.resid_post@-1
/// LensResult r = Lens.run("The Eiffel Tower is in");
/// r.edits();                                                                 // []
/// try (LogitLens lens = LogitLens.open("demo")) {
///     LensResult patched = lens.run("The Eiffel Tower is in", LensOptions.defaults(), patch);
///     patched.edits();                                                       // [patch:L6.resid_post@-1]
///     patched.top(patched.finalPoint(), -1).getFirst().token().display();    //  London
///     LensResult without = lens.run("The Eiffel Tower is in", LensOptions.defaults(), Edits.parse("zero:L0H0-3"));
///     without.top(without.finalPoint(), -1).getFirst().token().display();    //  the
/// }
/// ```
@NullMarked
package io.github.logitlens.edit;

import org.jspecify.annotations.NullMarked;
