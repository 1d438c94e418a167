package io.github.logitlens.weights.hub;

import java.util.List;
import java.util.Optional;

/// Where a lens for a model is published, as its authors' programs look for it.
///
/// @param repo  the repository
/// @param files what has to be there of it, the one with the weights last
record PublishedLens(RepoId repo, List<String> files) {

    private static final RepoId TUNED = new RepoId("spaces/AlignmentResearch/tuned-lens");
    private static final RepoId JACOBIAN = new RepoId("neuronpedia/jacobian-lens");

    /// tuned-lens' own space has a folder for each model, by the name from before models had owners.
    static Optional<PublishedLens> tuned(String model) {
        return name(model).map(name ->
                new PublishedLens(TUNED, List.of("lens/" + name + "/config.json", "lens/" + name + "/params.pt")));
    }

    /// Neuronpedia's repository has a folder for each model, which for `gpt2` goes by TransformerLens' name.
    static Optional<PublishedLens> jacobian(String model) {
        return name(model).map(name -> new PublishedLens(JACOBIAN, List.of((name.equals("gpt2") ? "gpt2-small" : name)
                + "/jlens/Salesforce-wikitext/" + name.substring(name.indexOf('/') + 1) + "_jacobian_lens.pt")));
    }

    private static Optional<String> name(String model) {
        return RepoId.parse(model).filter(RepoId::mayBeOnTheHub).map(repo -> repo.names().stream().map(RepoId::text)
                .filter(name -> name.indexOf('/') < 0).findFirst().orElse(repo.text()));
    }

    /// The file with the weights.
    String weights() {
        return files.getLast();
    }
}
