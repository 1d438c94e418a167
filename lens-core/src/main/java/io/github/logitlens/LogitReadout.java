package io.github.logitlens;

import io.github.logitlens.weights.Gpt2Config;
import java.util.Optional;

/// The lens that changes nothing.
final class LogitReadout implements Readout {

    static final LogitReadout INSTANCE = new LogitReadout();

    private LogitReadout() {
    }

    @Override
    public String kind() {
        return "logit";
    }

    @Override
    public Optional<String> sha256() {
        return Optional.empty();
    }

    @Override
    public void check(Gpt2Config config) {
        // fits every model
    }

    @Override
    public boolean maps(LensPoint point) {
        return false;
    }

    @Override
    public void map(LensPoint point, float[] rows, int offset, int stride, int count) {
        // as it is
    }

    @Override
    public String toString() {
        return kind();
    }
}
