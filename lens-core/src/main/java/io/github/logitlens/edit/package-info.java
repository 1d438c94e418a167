/// Interventions as values: what is changed in a run, written as text, carried by its result.
@NullMarked
package io.github.logitlens.edit;

import org.jspecify.annotations.NullMarked;
