package io.github.logitlens.tools.explore;

import io.github.logitlens.error.LensException;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.CachedModel;
import io.github.logitlens.weights.hub.HubException;
import io.github.logitlens.weights.hub.ModelHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The models the page may choose from, of which one is in memory, and beside it the one that it is compared with.
///
/// They are the one named on the command line, the bundled one and those in this machine's cache. A name from the page is
/// only ever compared with these: it opens no other file and downloads nothing.
final class Models implements AutoCloseable {

    static final String DEMO = "demo";

    private final String first;
    private final Object choosing = new Object();
    private List<ModelChoice> choices;
    private volatile Opening current;
    /// What the current one is compared with; null until then.
    private Opening beside;
    private boolean closed;

    /// The models of this machine.
    ///
    /// @param first the model the page begins with
    Models(String first) {
        this.first = first;
    }

    /// What the page calls the model it begins with.
    String first() {
        return choices().getFirst().id();
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
        Set<String> ids = new HashSet<>();
        for (String name : names) {
            choice(name, ids).ifPresent(found::add);
        }
        return List.copyOf(found);
    }

    private Optional<ModelChoice> choice(String name, Set<String> ids) {
        try (Checkpoint checkpoint = Checkpoint.open(name)) {
            return Optional.of(new ModelChoice(id(name, ids), name, checkpoint.config()));
        } catch (LensException e) {
            if (name.equals(first)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /// A name of the cache as it is, of a directory its last part; a number behind it where that is taken.
    private static String id(String name, Set<String> taken) {
        Path path = Path.of(name).toAbsolutePath().normalize();
        boolean named = name.equals(DEMO) || !Files.isDirectory(path) || path.getFileName() == null;
        String wanted = named ? name : path.getFileName().toString();
        String id = wanted;
        for (int number = 2; !taken.add(id); number++) {
            id = wanted + "-" + number;
        }
        return id;
    }

    /// Refuses a model that is none of these.
    ///
    /// @return the model of that id
    /// @throws Refusal if there is none
    ModelChoice known(String id) {
        return choices().stream().filter(choice -> choice.id().equals(id)).findFirst().orElseThrow(() ->
                Refusal.badRequest("model: expected one of " + choices().stream().map(ModelChoice::id).toList()));
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

    /// A model on its way into memory, or there already; others are freed before. For who has the queue's first place.
    synchronized Opening opening(ModelChoice choice) {
        checkOpen();
        if (beside != null && beside.name().equals(choice.name())) {
            Opening other = current;
            current = beside;
            beside = other;
        }
        if (!isUsable(current, choice)) {
            if (beside != null) {
                beside.free();
                beside = null;
            }
            current = Opening.start(choice.name(), Optional.ofNullable(current));
        }
        return current;
    }

    /// A model that the current one is compared with, in memory beside it. For who has the queue's first place.
    synchronized Opening openingBeside(ModelChoice choice) {
        checkOpen();
        if (isUsable(current, choice)) {
            return current;
        }
        if (!isUsable(beside, choice)) {
            beside = Opening.start(choice.name(), Optional.ofNullable(beside));
        }
        return beside;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the explorer is closed");
        }
    }

    private static boolean isUsable(Opening opening, ModelChoice choice) {
        return opening != null && opening.name().equals(choice.name()) && !opening.hasFailed();
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
        if (beside != null) {
            beside.free();
        }
    }
}
