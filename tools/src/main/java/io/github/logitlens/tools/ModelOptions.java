package io.github.logitlens.tools;

import io.github.logitlens.Lens;
import io.github.logitlens.LogitLens;
import io.github.logitlens.OpenOptions;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.HubException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/// Which model.
final class ModelOptions implements OptionGroup {

    private static final String DEMO = "demo";
    private static final int SHOWN_TENSORS = 3;

    private final Argument<String> model = Argument.text("--model", "MODEL",
            "'demo', which is bundled; a directory with config.json and model.safetensors or pytorch_model.bin; or a Hugging Face "
                    + "model such as gpt2, from this machine's cache or downloaded. Default: $LENS_MODEL, else demo.")
            .usually(Lens.defaultModel());

    @Override
    public void addTo(CommandSpec command) {
        model.addTo(command);
    }

    /// The model's name.
    ///
    /// @return a name for [LogitLens#open(String)]
    String name() {
        return model.get();
    }

    /// Opens the model, and downloads it before if it is not on this machine.
    ///
    /// @param stdio where a download shows how it gets on
    /// @return the model; the caller closes it
    LogitLens open(Stdio stdio) {
        return open(OpenOptions.defaults(), stdio);
    }

    /// Opens the model for a prompt, and downloads it before if it is not on this machine. Token ids need no tokenizer.
    ///
    /// @param prompt what will be run
    /// @param stdio  where a download shows how it gets on, and what is said about the weights
    /// @return the model; the caller closes it
    LogitLens open(Prompt prompt, Stdio stdio) {
        return open(OpenOptions.defaults().idsOnly(prompt instanceof Prompt.Ids), stdio);
    }

    private LogitLens open(OpenOptions options, Stdio stdio) {
        return open(name(), options, stdio);
    }

    private static LogitLens open(String name, OpenOptions options, Stdio stdio) {
        files(name, stdio);
        LogitLens lens = LogitLens.open(name, options);
        reportNonFinite(lens.model(), stdio);
        return lens;
    }

    /// Opens another model than the one that was chosen here, for a prompt; see [#open(Prompt, Stdio)].
    static LogitLens open(String name, Prompt prompt, Stdio stdio) {
        return open(name, OpenOptions.defaults().idsOnly(prompt instanceof Prompt.Ids), stdio);
    }

    /// Opens the model for a single run, and downloads it before if it is not on this machine. A short prompt's run takes less
    /// time than copying the weights into memory, so it reads them from their files as it comes to them.
    ///
    /// @param prompt what will be run
    /// @param stdio  where a download shows how it gets on
    /// @return the model; the caller closes it, and calls [#reportNonFinite] after the run
    LogitLens openFor(Prompt prompt, Stdio stdio) {
        files(stdio);
        boolean streams = !name().equals(DEMO) && prompt.isShort();
        return LogitLens.open(name(), OpenOptions.defaults().streamed(streams).idsOnly(prompt instanceof Prompt.Ids));
    }

    /// Refuses a model that cannot be used, in the words in which opening it would, but before it is loaded; downloads it if it is
    /// not on this machine.
    ///
    /// @param stdio where a download shows how it gets on
    void check(Stdio stdio) {
        files(stdio);
        if (!name().equals(DEMO)) {
            LogitLens.stream(name()).close();
        }
    }

    /// Says which weights are no numbers.
    ///
    /// @param model a model that was loaded, or streamed and run
    /// @param stdio where it is said, if there are such weights
    static void reportNonFinite(Gpt2Model model, Stdio stdio) {
        SortedMap<String, Long> tensors = model.nonFiniteWeights();
        if (!tensors.isEmpty()) {
            StringBuilder note = new StringBuilder("lens: model '" + model.id() + "' has weights that are NaN or infinite: ");
            note.append(tensors.entrySet().stream().limit(SHOWN_TENSORS)
                    .map(tensor -> tensor.getValue() + " of '" + tensor.getKey() + "'").collect(Collectors.joining(", ")));
            note.append(tensors.size() > SHOWN_TENSORS ? " and others in " + (tensors.size() - SHOWN_TENSORS) + " more tensors" : "");
            stdio.err().println(note.append("; what depends on them is NaN"));
        }
    }

    /// Where the model's files are, downloaded if they are not on this machine.
    ///
    /// @param stdio where a download shows how it gets on
    /// @return a directory; none for the bundled model, nor for a name that is none
    Optional<Path> files(Stdio stdio) {
        return files(name(), stdio);
    }

    private static Optional<Path> files(String name, Stdio stdio) {
        if (name.equals(DEMO)) {
            return Optional.empty();
        }
        try (DownloadBar bar = DownloadBar.on(stdio)) {
            return Optional.of(bar.hub().resolve(name));
        } catch (HubException e) {
            if (e.reason() == HubException.Reason.BAD_NAME) {
                // What is no model at all is refused by [Checkpoint#open(String)], which knows the demo too.
                Checkpoint.open(name).close();
            }
            throw e;
        }
    }
}
