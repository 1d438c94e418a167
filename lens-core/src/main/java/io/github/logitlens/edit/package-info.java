/// Interventions as values: what is changed in a run, written as text, carried by its result.
package io.github.logitlens.edit;
