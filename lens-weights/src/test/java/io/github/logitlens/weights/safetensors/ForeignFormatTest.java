package io.github.logitlens.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What lies under the name `model.safetensors` when it is no safetensors file.
class ForeignFormatTest {

    private static String message(Reason reason, byte[] content) {
        SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> TestFiles.open(content).close());
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().startsWith("test.safetensors: not a safetensors file"), e.getMessage());
        return e.getMessage();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void gitLfsPointer() {
        String pointer = """
                version https://git-lfs.github.com/spec/v1
                oid sha256:248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707
                size 548105171
                """;
        assertTrue(message(Reason.GIT_LFS_POINTER, utf8(pointer)).contains("git lfs pull"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<!DOCTYPE html><html><head><title>404</title></head></html>", "\n\n  <HTML><body>",
        "<html>",
        "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "\uFEFF<!doctype html>"})
    void htmlPage(String page) {
        message(Reason.HTML_PAGE, utf8(page));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":\"Repository not found\"}", "{}", "  {\"error\": \"Entry not found\"}\n",
        "[{\"e\":1}]"})
    void jsonErrorBody(String body) {
        assertTrue(message(Reason.JSON_DOCUMENT, utf8(body)).contains(body.strip()));
    }

    @Test
    void jsonIsQuotedInOneLineOfBoundedLength() {
        String message = message(Reason.JSON_DOCUMENT, utf8("{\n\"error\": \"" + "x\u001B".repeat(10_000) + "\"}"));
        assertTrue(message.length() < 900, message);
        assertEquals(0, message.chars().filter(Character::isISOControl).count(), message);
    }

    @ParameterizedTest
    @CsvSource({"zip, 504B0304140000000800, PyTorch", "pickle, 80028A0A6CFC9C46F920, PyTorch",
        "GGUF, 4747554603000000AA, GGUF"})
    void otherFormats(String what, String hex, String named) {
        assertTrue(message(Reason.OTHER_FORMAT, HexFormat.of().parseHex(hex)).contains(named));
    }

    @Test
    void aFileCutShortIsNotTakenForText() {
        byte[] file = TestFiles.file(" ".repeat(121) + "{}", 0);
        assertEquals('{', file[0]); // its header's length is 123
        for (int length = 1; length < 8; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> TestFiles.open(cut).close());
            assertEquals(length == 1 ? Reason.JSON_DOCUMENT : Reason.HEADER_TOO_SMALL, e.reason());
        }
    }
}
