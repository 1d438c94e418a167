package io.github.logitlens.spark;

import io.github.logitlens.weights.Gpt2Config;
import java.util.Locale;
import org.apache.spark.SparkConf;

/// Refuses a model that does not fit beside an executor's heap, where whoever runs the executors ends those that take too much: YARN and
/// Kubernetes. Elsewhere the executor looks at its machine when it opens the model.
final class ExecutorMemory {

    private static final long MIB = 1 << 20;
    /// What a JVM takes outside its heap without us: code, threads, Spark's network buffers.
    private static final long JVM = 300 * MIB;
    /// Of a task's keys and activations outside the heap.
    private static final long TASK = 64 * MIB;
    private static final double USUAL_FACTOR = 0.1;

    private ExecutorMemory() {
    }

    /// @throws IllegalStateException if there is less memory outside the heap than the model needs
    static void check(String id, Gpt2Config config, SparkConf conf) {
        String master = conf.get("spark.master", "");
        if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
            return;
        }
        long tasks = Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
        long weights = Float.BYTES * config.parameterCount();
        long needed = weights + JVM + tasks * TASK;
        long given = overhead(conf);
        if (needed > given) {
            throw new IllegalStateException(String.format(Locale.ROOT,
                    "model '%s': its weights need %,d bytes outside the heap of each executor, with %d tasks at once some %,d MiB in all, got "
                            + "%,d MiB: set spark.executor.memoryOverhead to %dm or more",
                    id, weights, tasks, ceil(needed), given / MIB, ceil(needed)));
        }
    }

    private static long overhead(SparkConf conf) {
        if (conf.contains("spark.executor.memoryOverhead")) {
            return MIB * conf.getSizeAsMb("spark.executor.memoryOverhead");
        }
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", USUAL_FACTOR);
        return MIB * Math.max((long) (factor * conf.getSizeAsMb("spark.executor.memory", "1g")),
                conf.getSizeAsMb("spark.executor.minMemoryOverhead", "384m"));
    }

    private static long ceil(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}
