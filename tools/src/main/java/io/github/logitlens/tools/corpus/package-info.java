/// A corpus from files, what is found in it, and how that is shown: all of `lens corpus` but its options.
package io.github.logitlens.tools.corpus;
