package io.github.logitlens.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.fixtures.TestFiles;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

    private static final Gpt2Config GPT2 = new Gpt2Config(12, 12, 768, 3072, 50257, 1024, 1e-5,
            ActivationFunction.GELU_NEW, true,
            false, true);

    private static Gpt2Config parse(String json) {
        return ConfigReader.parse(json.getBytes(StandardCharsets.UTF_8), "config.json").config();
    }

    private static String refused(Reason reason, String json) {
        CheckpointException e = assertThrows(CheckpointException.class, () -> parse(json));
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().contains("config.json"), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
        return e.getMessage();
    }

    @Test
    void gpt2sOwnFile() {
        assertEquals(GPT2, ConfigReader.parse(TestFiles.resource("config.gpt2.json"), "config.json").config());
        assertEquals(124_439_808, GPT2.parameterCount());
        assertEquals(64, GPT2.dHead());
    }

    @Test
    void distilgpt2sOwnFile() {
        Gpt2Config config = ConfigReader.parse(TestFiles.resource("config.distilgpt2.json"), "config.json").config();
        assertEquals(6, config.nLayers());
        assertEquals(81_912_576, config.parameterCount());
    }

    @Test
    void parametersOfTheLargerOnes() {
        assertEquals(354_823_168, sized(24, 16, 1024).parameterCount());
        assertEquals(774_030_080, sized(36, 20, 1280).parameterCount());
        Gpt2Config xl = sized(48, 25, 1600);
        assertEquals(1_557_611_200, xl.parameterCount());
        assertEquals(64, xl.dHead());
        assertEquals(1_557_611_200L + 50257L * 1600, xl.withTiedUnembedding(false).parameterCount());
    }

    private static Gpt2Config sized(int layers, int heads, int d) {
        return parse("{\"n_layer\":%d,\"n_head\":%d,\"n_embd\":%d}".formatted(layers, heads, d));
    }

    @Test
    void whatIsAbsentIsAsInTransformers() {
        assertEquals(GPT2, parse("{}"));
        assertEquals(GPT2, parse("{\"n_inner\":null,\"model_type\":\"gpt2\",\"architectures\":[\"GPT2LMHeadModel\"]}"));
    }

    @Test
    void everyFieldThatChangesArithmetic() {
        assertEquals(new Gpt2Config(3, 2, 8, 20, 11, 6, 1e-3, ActivationFunction.RELU, false, true, false), parse("""
                {"n_layer": 3, "n_head": 2, "n_embd": 8, "n_inner": 20, "vocab_size": 11, "n_positions": 6, "n_ctx": 99,
                 "layer_norm_epsilon": 0.001, "activation_function": "relu", "scale_attn_weights": false,
                 "scale_attn_by_inverse_layer_idx": true, "reorder_and_upcast_attn": true, "tie_word_embeddings": false}"""));
    }

    @Test
    void transformersCommonNames() {
        assertEquals(new Gpt2Config(3, 2, 8, 32, 50257, 6, 1e-5, ActivationFunction.GELU_NEW, true, false, true), parse("""
                {"num_hidden_layers": 3, "num_attention_heads": 2, "hidden_size": 8, "max_position_embeddings": 6}"""));
        assertEquals(8, parse("{\"hidden_size\": 8, \"n_embd\": 8, \"n_head\": 2}").dModel());
        refused(Reason.CONFIG_INVALID, "{\"hidden_size\": 8, \"n_embd\": 16, \"n_head\": 2}");
        assertEquals(7, parse("{\"n_ctx\": 7}").nCtx());
    }

    @ParameterizedTest
    @CsvSource({"gelu_new, GELU_NEW", "gelu_fast, GELU_NEW", "gelu_pytorch_tanh, GELU_NEW", "gelu_accurate, GELU_NEW",
        "gelu_python_tanh, GELU_NEW", "gelu, GELU", "gelu_python, GELU", "relu, RELU", "silu, SILU", "swish, SILU",
                "tanh, TANH",
        "quick_gelu, QUICK_GELU"})
    void activations(String name, ActivationFunction expected) {
        assertEquals(expected, parse("{\"activation_function\":\"" + name + "\"}").activation());
    }

    @ParameterizedTest
    @ValueSource(strings = {"n_layer", "n_head", "n_embd", "n_positions", "n_ctx", "vocab_size", "n_inner",
        "hidden_size",
        "num_attention_heads"})
    void sizesAreIntegersInTheirRange(String field) {
        for (String value : new String[] {"0", "-1", "-0", "1000000000", "4294967297", "99999999999999999999999",
                "12.0", "1e2", "\"12\"", "true",
            "[]", "{}", "[12]"}) {
            String message = refused(Reason.CONFIG_INVALID, "{\"" + field + "\": " + value + "}");
            assertTrue(message.startsWith(field + ": expected an integer from 1 to "), message);
        }
        if (!field.equals("n_inner")) {
            refused(Reason.CONFIG_INVALID, "{\"" + field + "\": null}");
        }
    }

    @Test
    void headsDivideTheModel() {
        assertEquals("n_head: expected a divisor of n_embd 768, got 7 (in config.json)", refused(Reason.CONFIG_INVALID,
                "{\"n_head\":7}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1e-5", "\"1e-5\"", "null", "true", "[]"})
    void epsilonIsANumber(String value) {
        refused(Reason.CONFIG_INVALID, "{\"layer_norm_epsilon\":" + value + "}");
    }

    @Test
    void epsilonMayBeZeroAndInAnyNotation() {
        assertEquals(0, parse("{\"layer_norm_epsilon\":0}").layerNormEpsilon());
        assertEquals(1e-12, parse("{\"layer_norm_epsilon\":1E-12}").layerNormEpsilon());
        refused(Reason.CONFIG_NOT_JSON, "{\"layer_norm_epsilon\":1e999}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scale_attn_weights", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn",
        "tie_word_embeddings",
        "add_cross_attention"})
    void flagsAreTrueOrFalse(String field) {
        for (String value : new String[] {"1", "\"true\"", "null", "[]", "{}"}) {
            refused(Reason.CONFIG_INVALID, "{\"" + field + "\":" + value + "}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"model_type\":\"llama\"}", "{\"model_type\":\"GPT2\"}", "{\"model_type\":null}",
        "{\"model_type\":2}",
        "{\"add_cross_attention\":true}", "{\"activation_function\":\"gelu_10\"}",
        "{\"activation_function\":\"linear\"}",
        "{\"pruned_heads\":{\"0\":[1]}}"})
    void whatIsNotGpt2IsRefused(String json) {
        refused(Reason.UNSUPPORTED_MODEL, json);
    }

    @Test
    void noHeadsPruned() {
        assertEquals(GPT2, parse("{\"pruned_heads\":{}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{", "{}{}", "{\"n_layer\":1,\"n_layer\":1}",
        "{\"a\":{\"b\":1,\"b\":2}}", "\uFEFF{}", "{\"a\":NaN}",
        "{n_layer:1}", "<html>", "{\"a\":\"\\uD800\"}"})
    void whatIsNotOneObjectIsRefused(String json) {
        refused(Reason.CONFIG_NOT_JSON, json);
    }

    @Test
    void deepNestingIsRefused() {
        refused(Reason.CONFIG_NOT_JSON, "{\"a\":" + "[".repeat(1_000_000));
        assertEquals(GPT2, parse("{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}"));
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1, 1, 1, 1", "1, 0, 1, 1, 1, 1", "1, 1, 0, 1, 1, 1", "1, 1, 1, 0, 1, 1", "1, 1, 1, 1, 0, 1",
        "1, 1, 1, 1, 1, 0",
        "-1, 1, 1, 1, 1, 1", "4097, 1, 1, 1, 1, 1", "1, 2, 1, 1, 1, 1", "1, 2, 3, 1, 1, 1", "1, 1, 131073, 1, 1, 1",
        "1, 1, 1, 1048577, 1, 1", "1, 1, 1, 1, 16777217, 1", "1, 1, 1, 1, 1, 1048577"})
    void theRecordChecksItself(int layers, int heads, int d, int mlp, int vocab, int ctx) {
        assertThrows(IllegalArgumentException.class,
                () -> new Gpt2Config(layers, heads, d, mlp, vocab, ctx, 1e-5, ActivationFunction.GELU, true, false,
                true));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void theRecordChecksItsEpsilon(double epsilon) {
        assertThrows(IllegalArgumentException.class,
                () -> new Gpt2Config(1, 1, 1, 1, 1, 1, epsilon, ActivationFunction.GELU, true, false, true));
    }

    @Test
    void theLargestConfigurationDoesNotOverflow() {
        Gpt2Config largest = new Gpt2Config(4096, 1, 131072, 1 << 20, 1 << 24, 1 << 20, 0, ActivationFunction.GELU,
                true, false, false);
        assertTrue(largest.parameterCount() > 1L << 48);
    }

    @Test
    void aQuantizedModelIsRefusedByItsMethod() {
        assertEquals("quantization_config: expected none (take the model that this one was made of), got quant_method 'gptq' "
                + "(in config.json)", refused(Reason.UNSUPPORTED_MODEL,
                "{\"quantization_config\": {\"bits\": 4, \"quant_method\": \"gptq\"}}"));
        refused(Reason.UNSUPPORTED_MODEL, "{\"quantization_config\": {\"load_in_8bit\": true}}");
        assertEquals(GPT2, parse("{\"quantization_config\": null}"));
    }

    @Test
    void theContextMayHaveNanoGptsName() {
        assertEquals(256, parse("{\"block_size\": 256}").nCtx());
        assertEquals(256, parse("{\"block_size\": 256, \"n_positions\": 256}").nCtx());
        assertEquals(256, parse("{\"block_size\": 256, \"n_ctx\": 256}").nCtx());
        assertTrue(refused(Reason.CONFIG_INVALID, "{\"block_size\": 256, \"n_ctx\": 128}").contains("block_size"));
    }

    @Test
    void whetherTheActivationIsNamed() {
        assertEquals(false, ConfigReader.parse("{}".getBytes(StandardCharsets.UTF_8), "x").namesActivation());
        assertEquals(true, ConfigReader.parse("{\"activation_function\": \"gelu_new\"}".getBytes(StandardCharsets.UTF_8), "x")
                .namesActivation());
    }
}
