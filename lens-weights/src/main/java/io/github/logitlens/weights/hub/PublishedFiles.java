package io.github.logitlens.weights.hub;

import java.util.Map;
import java.util.Optional;

/// Size and SHA-256 of files of the five GPT-2 repositories, which have not changed for years. What is downloaded must be
/// these.
///
/// The hashes, and the sizes of `gpt2` and `distilgpt2`, were found in several public places. The hashes of medium's and
/// large's weights were found nowhere, so only their size is checked here (and the hash that the hub announces). Those sizes,
/// and XL's, are the parameters and mask buffers to the byte, plus a header of as many bytes a tensor as the other two have.
final class PublishedFiles {

    record Published(long bytes, Optional<String> sha256) {

        Published(long bytes, String sha256) {
            this(bytes, Optional.of(sha256));
        }
    }

    private static final Map<String, Published> FILES = Map.of(
            "openai-community/gpt2/config.json", new Published(665,
                    "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4"),
            "openai-community/gpt2/vocab.json", new Published(1042301,
                    "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"),
            "openai-community/gpt2/merges.txt", new Published(456318,
                    "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
            "openai-community/gpt2/model.safetensors", new Published(548105171,
                    "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"),
            "openai-community/gpt2-xl/model.safetensors", new Published(6431829964L,
                    "0f8b28eb05a8075f48b61b6f35332978c74fc7763fa9fb4051a1c30511736a6a"),
            "openai-community/gpt2-medium/model.safetensors", new Published(1519984962, Optional.empty()),
            "openai-community/gpt2-large/model.safetensors", new Published(3247159078L, Optional.empty()),
            "distilbert/distilgpt2/config.json", new Published(762,
                    "4ec5947c1d59fee6212cdf3b0ec1a53eac02092554c5ff0a733488cbd2c64f3a"),
            "distilbert/distilgpt2/model.safetensors", new Published(352824413,
                    "e1ff18884359fe8beb795a5f414feb85a6ce3d929ad019c0d958c039d2b94a1b"));

    private PublishedFiles() {
    }

    static Optional<Published> find(RepoId repo, String file) {
        return Optional.ofNullable(FILES.get(repo.owned() + "/" + file));
    }
}
