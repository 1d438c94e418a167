package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.model.Gpt2Model;
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
    public void check(Gpt2Model model) {
        // fits every model
    }

    @Override
    public boolean maps(LensPoint point) {
        return false;
    }

    @Override
    public float[] direction(Gpt2Model model, HookPoint point, int token) {
        ResidualPlace.of(point, model.config().nLayers());
        return model.unembedding().direction(token);
    }

    @Override
    public String toString() {
        return kind();
    }
}
