package io.github.logitlens.weights.hub;

import java.util.Map;
import java.util.Optional;

/// Size and SHA-256 of files of GPT-2 repositories at one commit of theirs: what is downloaded by that commit must be
/// these. The branch main may move on, and whatever it moves on to is not refused.
///
/// Commits, sizes and hashes were found together in several public places. For medium and large there are commits and
/// no hashes: nothing is known of their files but what the hub says.
final class PublishedFiles {

    record Published(long bytes, String sha256) {
    }

    /// A repository at one commit.
    private record Snapshot(String commit, Map<String, Published> files) {
    }

    private static final Map<String, Snapshot> SNAPSHOTS = Map.of(
            "openai-community/gpt2", new Snapshot("607a30d783dfa663caf39e06633721c8d4cfcd7e", Map.of(
                    "config.json", new Published(665,
                            "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4"),
                    "tokenizer.json", new Published(1355256,
                            "8414cab924d8b9b33013f0d221c5862f365ee9be39c5c2bfae8a5a9e970478a6"),
                    "vocab.json", new Published(1042301,
                            "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"),
                    "merges.txt", new Published(456318,
                            "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
                    "model.safetensors", new Published(548105171,
                            "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"))),
            "openai-community/gpt2-xl", new Snapshot("15ea56dee5df4983c59b2538573817e1667135e2", Map.of(
                    "model.safetensors", new Published(-1,
                            "0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a"))),
            "distilbert/distilgpt2", new Snapshot("2290a62682d06624634c1f46a6ad5be0f47f38aa", Map.of(
                    "config.json", new Published(762,
                            "4ec5947c1d59fee6212cdf3b0ec1a53eac02092554c5ff0a733488cbd2c64f3a"),
                    "model.safetensors", new Published(352824413,
                            "e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b"))));

    private PublishedFiles() {
    }

    /// The commit at which files of a repository are known.
    static Optional<String> commit(RepoId repo) {
        return Optional.ofNullable(SNAPSHOTS.get(repo.owned())).map(Snapshot::commit);
    }

    /// What is known of a file of that commit; a size of -1 is not.
    static Optional<Published> find(RepoId repo, String commit, String file) {
        return Optional.ofNullable(SNAPSHOTS.get(repo.owned())).filter(snapshot -> snapshot.commit().equals(commit))
                .map(snapshot -> snapshot.files().get(file));
    }
}
