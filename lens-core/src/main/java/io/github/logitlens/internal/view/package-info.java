/// What a result looks like as text and as JSON; nothing here computes anything.
package io.github.logitlens.internal.view;
