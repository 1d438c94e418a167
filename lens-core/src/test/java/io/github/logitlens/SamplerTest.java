package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Draws are those of a plain reading of [GenerationOptions].
class SamplerTest {

    /// The documented steps, one after another, on whole lists.
    private static int plain(float[] logits, GenerationOptions options, RandomGenerator random) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double[] weights = new double[logits.length];
        for (int id = 0; id < logits.length; id++) {
            weights[id] = StrictMath.exp((logits[id] - max) / options.temperature());
        }
        List<Integer> ranked = new ArrayList<>(IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparing(id -> id)).toList());
        if (options.sampleK() > 0 && options.sampleK() < ranked.size()) {
            ranked = ranked.subList(0, options.sampleK());
        }
        double sum = ranked.stream().mapToDouble(id -> weights[id]).sum();
        List<Integer> kept = new ArrayList<>();
        double share = 0;
        for (int id : ranked) {
            if (kept.isEmpty() || share < options.topP() * sum || options.topP() == 1) {
                kept.add(id);
                share += weights[id];
            }
        }
        kept.sort(null);
        double total = 0;
        for (int id : kept) {
            total += weights[id];
        }
        double left = random.nextDouble() * total;
        for (int id : kept) {
            left -= weights[id];
            if (left < 0) {
                return id;
            }
        }
        return kept.getLast();
    }

    @Test
    void drawsAreThoseOfTheDocumentedSteps() {
        Random random = new Random(81);
        for (int round = 0; round < 400; round++) {
            float[] logits = new float[1 + random.nextInt(300)];
            float scale = new float[] {0.1f, 1, 5, 40}[random.nextInt(4)];
            boolean ties = random.nextBoolean();
            for (int id = 0; id < logits.length; id++) {
                logits[id] = ties ? random.nextInt(7) - 3 : (float) random.nextGaussian() * scale;
                logits[id] = logits.length > 3 && random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : logits[id];
            }
            logits[0] = 0;
            GenerationOptions options = GenerationOptions.defaults().seed(round)
                    .temperature(new double[] {0.01, 0.5, 1, 3, 1e6}[random.nextInt(5)])
                    .sampleK(random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(310))
                    .topP(random.nextInt(3) == 0 ? 1 : 0.05 + 0.9 * random.nextDouble());
            Sampler sampler = new Sampler(options, 2);
            RandomGenerator expected = RandomGeneratorFactory.of("L64X128MixRandom").create(round + 2);
            for (int draw = 0; draw < 20; draw++) {
                int number = draw;
                assertEquals(plain(logits, options, expected), sampler.draw(logits), () -> "draw " + number + " of " + logits.length
                        + " logits, temperature " + options.temperature() + ", k " + options.sampleK() + ", p " + options.topP());
            }
        }
    }

    @Test
    void theJdksGeneratorIsTheOneThatTextsWereWrittenWith() {
        RandomGenerator generator = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        assertEquals(0.6964138702129775, generator.nextDouble());
        assertEquals(0.6709997082364175, generator.nextDouble());
    }

    @Test
    void frequenciesAreTheProbabilities() {
        float[] logits = {0, (float) Math.log(2), (float) Math.log(5), -40};
        Sampler sampler = new Sampler(GenerationOptions.defaults().temperature(1).seed(5), 0);
        int[] counts = new int[4];
        int draws = 80_000;
        for (int draw = 0; draw < draws; draw++) {
            counts[sampler.draw(logits)]++;
        }
        double[] expected = {1 / 8.0, 2 / 8.0, 5 / 8.0, 0};
        for (int id = 0; id < 4; id++) {
            // six standard deviations
            double bound = 6 * Math.sqrt(expected[id] * (1 - expected[id]) / draws);
            double share = (double) counts[id] / draws;
            assertTrue(Math.abs(share - expected[id]) <= bound, "id " + id + ": " + share);
        }
    }

    @Test
    void fewTokensAreLeftWhereTheyHaveTheShareAlready() {
        float[] logits = {1, 9, 3, 9, 8};
        GenerationOptions options = GenerationOptions.defaults().temperature(1);
        assertEquals(List.of(1), drawn(options.topP(0.1), logits));
        assertEquals(List.of(1, 3), drawn(options.topP(0.6), logits));
        assertEquals(List.of(1, 3, 4), drawn(options.sampleK(3), logits));
        assertEquals(List.of(1), drawn(options.sampleK(1), logits));
    }

    private static List<Integer> drawn(GenerationOptions options, float[] logits) {
        Sampler sampler = new Sampler(options, 0);
        return IntStream.range(0, 500).map(draw -> sampler.draw(logits)).sorted().distinct().boxed().toList();
    }
}
