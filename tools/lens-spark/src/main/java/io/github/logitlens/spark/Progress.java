package io.github.logitlens.spark;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;
import org.apache.spark.util.LongAccumulator;

/// How a job gets on, as accumulators, which Spark's page shows by stage. A task that dies and is run again may be counted twice.
///
/// @param texts  texts that were read
/// @param tokens their tokens
/// @param failed texts that could not run
/// @param speed  tokens a second, of all tasks together
record Progress(LongAccumulator texts, LongAccumulator tokens, LongAccumulator failed, Speed speed) implements Serializable {

    /// Accumulators for one reading.
    static Progress of(SparkContext context) {
        Speed speed = new Speed();
        context.register(speed, "lens: tokens a second");
        return new Progress(context.longAccumulator("lens: texts"), context.longAccumulator("lens: tokens"),
                context.longAccumulator("lens: failed texts"), speed);
    }

    /// A text was read.
    void read(long count) {
        texts.add(1);
        tokens.add(count);
        speed.add(count);
    }

    /// A text could not run.
    void refused() {
        failed.add(1);
    }

    /// Tokens, by the time from the first task's beginning to the last one's end.
    static final class Speed extends AccumulatorV2<Long, Long> {

        private static final long serialVersionUID = 1L;

        private long tokens;
        private long beganMillis = Long.MAX_VALUE;
        private long endedMillis = Long.MIN_VALUE;

        /// A task begins.
        void begin() {
            beganMillis = Math.min(beganMillis, System.currentTimeMillis());
        }

        @Override
        public void add(Long count) {
            tokens += count;
            endedMillis = System.currentTimeMillis();
        }

        @Override
        public boolean isZero() {
            return tokens == 0;
        }

        @Override
        public AccumulatorV2<Long, Long> copy() {
            Speed copy = new Speed();
            copy.merge(this);
            return copy;
        }

        @Override
        public void reset() {
            tokens = 0;
            beganMillis = Long.MAX_VALUE;
            endedMillis = Long.MIN_VALUE;
        }

        @Override
        public void merge(AccumulatorV2<Long, Long> other) {
            Speed more = (Speed) other;
            tokens += more.tokens;
            beganMillis = Math.min(beganMillis, more.beganMillis);
            endedMillis = Math.max(endedMillis, more.endedMillis);
        }

        @Override
        public Long value() {
            return tokens == 0 ? 0 : Math.round(1000.0 * tokens / Math.max(1, endedMillis - beganMillis));
        }
    }
}
