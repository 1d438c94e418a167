package io.github.logitlens.spark;

import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/// Ends a job at once where an executor cannot open the model, and frees the model where tasks ran in the driver's own JVM.
final class JobListener extends SparkListener {

    private static final Map<SparkContext, JobListener> LISTENERS = new WeakHashMap<>();

    private final SparkContext context;
    private volatile String refusal;

    private JobListener(SparkContext context) {
        this.context = context;
    }

    /// The one listener of a context.
    static synchronized JobListener of(SparkContext context) {
        return LISTENERS.computeIfAbsent(context, key -> {
            JobListener listener = new JobListener(key);
            key.addSparkListener(listener);
            return listener;
        });
    }

    /// Why the last job that was ended here was.
    Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.reason() instanceof ExceptionFailure failure && failure.className().equals(ModelRefusedException.class.getName())) {
            refusal = failure.description();
            context.cancelStage(end.stageId(), refusal);
        }
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
        SharedModel.closeAll();
    }
}
