/// What all refusals of the library have in common.
@NullMarked
package io.github.logitlens.error;

import org.jspecify.annotations.NullMarked;
