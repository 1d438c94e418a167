/// The lens over corpora that outgrow a machine, on Apache Spark: [io.github.logitlens.spark.CorpusLens] for programs and notebooks,
/// [io.github.logitlens.spark.LensJob] for `spark-submit`. `tools/lens-spark/README.md` says how to run and to size them.
package io.github.logitlens.spark;
