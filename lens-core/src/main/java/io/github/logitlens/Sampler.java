package io.github.logitlens;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/// Draws a sample's tokens as [GenerationOptions] says.
final class Sampler {

    /// How far below the greatest logit, in units of the temperature, the first look for the most likely tokens goes.
    private static final double DEPTH = 8;

    private final double temperature;
    private final int sampleK;
    private final double topP;
    private final RandomGenerator random;

    Sampler(GenerationOptions options, int sample) {
        temperature = options.temperature();
        sampleK = options.sampleK();
        topP = options.topP();
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed() + sample);
    }

    /// @param logits finite ones and `−∞`, `[vocabSize]`, *not modified*
    /// @return an id
    int draw(float[] logits) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double[] weights = new double[logits.length];
        for (int id = 0; id < weights.length; id++) {
            weights[id] = StrictMath.exp(((double) logits[id] - max) / temperature);
        }
        boolean cut = sampleK > 0 && sampleK < logits.length || topP < 1;
        return draw(weights, cut ? kept(logits, weights, max) : IntStream.range(0, logits.length).toArray());
    }

    /// @param ids ascending
    private int draw(double[] weights, int[] ids) {
        double sum = 0;
        for (int id : ids) {
            sum += weights[id];
        }
        double left = random.nextDouble() * sum;
        double running = 0;
        int last = ids[0];
        for (int id : ids) {
            running += weights[id];
            if (running > left) {
                return id;
            }
            last = weights[id] > 0 ? id : last;
        }
        return last;
    }

    /// The ids that the cuts leave, ascending.
    private int[] kept(float[] logits, double[] weights, float max) {
        int k = sampleK == 0 ? logits.length : Math.min(sampleK, logits.length);
        double needed = topP * Arrays.stream(weights).sum();
        int[] ranked = ranked(logits, weights, max, k, needed);
        int count = Math.min(k, ranked.length);
        if (topP < 1) {
            double share = needed;
            if (k < logits.length) {
                share = topP * IntStream.of(ranked).limit(k).mapToDouble(id -> weights[id]).sum();
            }
            double running = weights[ranked[0]];
            int fewest = 1;
            while (fewest < count && running < share) {
                running += weights[ranked[fewest++]];
            }
            count = fewest;
        }
        int[] kept = Arrays.copyOf(ranked, count);
        Arrays.sort(kept);
        return kept;
    }

    /// The most likely ids, greatest logit first, equal ones by ascending id: at least `k` of them, or if all are allowed enough to
    /// weigh `needed`.
    private int[] ranked(float[] logits, double[] weights, float max, int k, double needed) {
        for (double depth = DEPTH; ; depth *= 2) {
            double least = max - depth * temperature;
            int count = 0;
            double weight = 0;
            for (int id = 0; id < logits.length; id++) {
                if (logits[id] >= least) {
                    count++;
                    weight += weights[id];
                }
            }
            boolean enough = k < logits.length ? count >= k : weight >= needed;
            if (enough || least == Double.NEGATIVE_INFINITY) {
                return ranked(logits, least, count);
            }
        }
    }

    /// Those with at least some logit.
    private static int[] ranked(float[] logits, double least, int count) {
        long[] keys = new long[count];
        int next = 0;
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] >= least) {
                keys[next++] = (long) descending(logits[id]) << 32 | id;
            }
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /// A number that is the less, the greater the logit; both zeros are equal.
    private static int descending(float logit) {
        int bits = Float.floatToIntBits(logit + 0f);
        return bits >= 0 ? ~bits : bits & Integer.MAX_VALUE;
    }
}
