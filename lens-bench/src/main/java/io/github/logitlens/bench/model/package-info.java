/// Models of GPT-2's shapes with random weights, the same on every machine: what they are made of, how much work they are, and
/// the slow, plain reading of them that benchmarks are checked against.
package io.github.logitlens.bench.model;
