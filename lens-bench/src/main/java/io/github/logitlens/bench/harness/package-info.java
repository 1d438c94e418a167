/// What every benchmark stands on: how its results are checked before they are timed, how much work a call is, what the machine
/// could do at best, and the table that says how far one is from the other.
package io.github.logitlens.bench.harness;
