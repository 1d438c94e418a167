/// `lens explore`: a local HTTP server, the page it serves, and the rules that keep both safe on a shared machine.
package io.github.logitlens.tools.explore;
