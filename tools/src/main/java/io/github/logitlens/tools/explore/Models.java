package io.github.logitlens.tools.explore;

import io.github.logitlens.error.LensException;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.CachedModel;
import io.github.logitlens.weights.hub.HubException;
import io.github.logitlens.weights.hub.ModelHub;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The models the page may choose from, of which one is in memory.
///
/// They are the one named on the command line, the bundled one and those in this machine's cache. A name from the page is
/// only ever compared with these: it opens no other file and downloads nothing.
final class Models implements AutoCloseable {

    private static final String DEMO = "demo";

    private final String first;
    private final Object choosing = new Object();
    private List<ModelChoice> choices;
    private volatile Opening current;
    private boolean closed;

    /// The models of this machine.
    ///
    /// @param first the model the page begins with
    Models(String first) {
        this.first = first;
    }

    /// The model the page begins with.
    String first() {
        return first;
    }

    /// What the page may choose from; those whose files cannot be used are left out, but for the first.
    List<ModelChoice> choices() {
        synchronized (choosing) {
            if (choices == null) {
                choices = find();
            }
            return choices;
        }
    }

    private List<ModelChoice> find() {
        Set<String> names = new LinkedHashSet<>(List.of(first, DEMO));
        try {
            ModelHub.standard().models().stream().map(CachedModel::name).forEach(names::add);
        } catch (HubException e) {
            names.retainAll(List.of(first, DEMO));
        }
        List<ModelChoice> found = new ArrayList<>();
        for (String name : names) {
            choice(name).ifPresent(found::add);
        }
        return List.copyOf(found);
    }

    private Optional<ModelChoice> choice(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(name)) {
            return Optional.of(new ModelChoice(name, checkpoint.config()));
        } catch (LensException e) {
            if (name.equals(first)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /// Refuses a model that is none of these.
    ///
    /// @return the model of that name
    /// @throws Refusal if there is none
    ModelChoice known(String name) {
        return choices().stream().filter(choice -> choice.name().equals(name)).findFirst().orElseThrow(() ->
                Refusal.badRequest("model: expected one of " + choices().stream().map(ModelChoice::name).toList()));
    }

    /// The tokenizer of a model, without its weights.
    Gpt2Tokenizer tokenizer(ModelChoice choice) {
        Opening now = current;
        if (now != null && now.name().equals(choice.name()) && now.isOpen()) {
            return now.lens().tokenizer();
        }
        try (Checkpoint checkpoint = Checkpoint.open(choice.name())) {
            return checkpoint.tokenizer();
        }
    }

    /// A model on its way into memory, or there already; another one is freed before. For who has the queue's first place.
    synchronized Opening opening(ModelChoice choice) {
        if (closed) {
            throw new IllegalStateException("the explorer is closed");
        }
        Opening before = current;
        if (before == null || !before.name().equals(choice.name()) || before.hasFailed()) {
            current = Opening.start(choice.name(), Optional.ofNullable(before));
        }
        return current;
    }

    /// Begins to open the model the page begins with.
    synchronized void openFirst() {
        if (current == null && !closed) {
            current = Opening.start(first, Optional.empty());
        }
    }

    /// Frees the model.
    @Override
    public synchronized void close() {
        closed = true;
        if (current != null) {
            current.free();
        }
    }
}
