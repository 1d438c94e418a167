/// Hooks: places in a forward pass under their TransformerLens names, what sees activations there, and what changes them.
@NullMarked
package io.github.logitlens.hook;

import org.jspecify.annotations.NullMarked;
