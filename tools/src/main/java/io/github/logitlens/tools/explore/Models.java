package io.github.logitlens.tools.explore;

import io.github.logitlens.LogitLens;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.CachedModel;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.CheckpointException;
import io.github.logitlens.weights.HubException;
import io.github.logitlens.weights.ModelHub;
import io.github.logitlens.weights.SafeTensorsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;

/// The models the page may choose from, of which one is in memory.
///
/// They are the one named on the command line, the bundled one and those in this machine's cache. A name from the page is
/// only ever compared with these: it opens no other file and downloads nothing.
final class Models implements AutoCloseable {

    private static final String DEMO = "demo";

    private record Open(String name, LogitLens lens) {
    }

    private final String first;
    private final Object choosing = new Object();
    private List<ModelChoice> choices;
    private volatile Open open;
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
        } catch (CheckpointException | SafeTensorsException | HubException e) {
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
        Open now = open;
        if (now != null && now.name().equals(choice.name())) {
            return now.lens().tokenizer();
        }
        try (Checkpoint checkpoint = Checkpoint.open(choice.name())) {
            return checkpoint.directory().filter(Models::hasTokenizer).map(Gpt2Tokenizer::load)
                    .orElseGet(Gpt2Tokenizer::gpt2);
        }
    }

    private static boolean hasTokenizer(Path directory) {
        return Files.exists(directory.resolve("tokenizer.json")) || Files.exists(directory.resolve("vocab.json"));
    }

    /// Whether a model is in memory.
    boolean isOpen(ModelChoice choice) {
        Open now = open;
        return now != null && now.name().equals(choice.name());
    }

    /// A model in memory, opened if it is not there; another one is closed before. For one thread at a time.
    ///
    /// @param progress told how much of the loading is done, from 0 to 1, by any thread
    synchronized LogitLens open(ModelChoice choice, DoubleConsumer progress) {
        if (closed) {
            throw new IllegalStateException("the explorer is closed");
        }
        if (!isOpen(choice)) {
            free();
            open = new Open(choice.name(), LogitLens.open(choice.name(), progress));
        }
        return open.lens();
    }

    private void free() {
        Open now = open;
        open = null;
        if (now != null) {
            now.lens().close();
        }
    }

    /// Frees the model.
    @Override
    public synchronized void close() {
        closed = true;
        free();
    }
}
