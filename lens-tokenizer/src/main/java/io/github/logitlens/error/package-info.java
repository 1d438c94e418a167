/// What all refusals of the library have in common.
package io.github.logitlens.error;
