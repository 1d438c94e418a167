/// The report: limits, kernels and whole tasks beside other people's programs on the same work, in turns, as one table.
///
/// [io.github.logitlens.bench.report.ReportMain] starts one JVM for each [io.github.logitlens.bench.report.Group] of
/// [io.github.logitlens.bench.report.Schedule]; [io.github.logitlens.bench.report.Rounds] lets the benchmarks of
/// [io.github.logitlens.bench] take turns there; what comes back are [io.github.logitlens.bench.report.Outcome]s, which
/// [io.github.logitlens.bench.report.ReportText] and the charts turn into something to read.
package io.github.logitlens.bench.report;
