package io.github.logitlens.bench.model;

import io.github.logitlens.OpenOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Kept;

/// The random models that benchmarks run, each opened once and shared.
public final class Models {

    private static final Kept<Key, LogitLens> LENSES = new Kept<>(
            key -> LogitLens.open(RandomModel.directory(key.size()),
                    OpenOptions.defaults().compute(Engines.compute(key.kernels(), key.threads()))));

    private record Key(ModelSize size, String kernels, int threads) {
    }

    private Models() {
    }

    /// A lens on the random model of a size.
    ///
    /// @param kernels as [Engines#kernels] names them
    public static Kept.Share<LogitLens> open(ModelSize size, String kernels, int threads) {
        return LENSES.take(new Key(size, kernels, threads));
    }
}
