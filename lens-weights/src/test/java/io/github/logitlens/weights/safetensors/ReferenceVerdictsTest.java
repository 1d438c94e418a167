package io.github.logitlens.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.internal.text.JsonFields;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// 450 small files, most of them damaged, and what the reference implementation says of each
/// (`safetensors-verdicts.tsv`, written by `src/test/python/make_verdicts.py`).
class ReferenceVerdictsTest {

    @Test
    void everyVerdictIsTheReferences() {
        String text = new String(TestFiles.resource("safetensors/safetensors-verdicts.tsv"), StandardCharsets.UTF_8);
        List<String> lines = text.lines().filter(line -> !line.startsWith("#")).toList();
        assertTrue(lines.size() > 400, "cases: " + lines.size());
        for (String line : lines) {
            String[] parts = line.split("\t", -1);
            byte[] content = Base64.getDecoder().decode(parts[0]);
            String verdict = verdict(content);
            String shown = new String(content, StandardCharsets.ISO_8859_1);
            if (parts[1].equals("OK")) {
                assertEquals(new TreeSet<>(strings(parts[2])).toString(), verdict, shown);
            } else {
                assertTrue(Arrays.asList(parts[1].split("\\|")).contains(verdict), verdict + " but " + parts[1] + ": "
                        + shown);
            }
        }
    }

    private static String verdict(byte[] content) {
        try (SafeTensors file = TestFiles.open(content)) {
            TreeSet<String> tensors = new TreeSet<>();
            file.tensors().forEach(t -> tensors.add(t.dtype() + " " + t.shape() + " " + t.name()));
            return tensors.toString();
        } catch (SafeTensorsException e) {
            return e.reason().toString();
        }
    }

    /// A JSON array of strings.
    private static List<String> strings(String json) {
        String keyed = json.substring(1, json.length() - 1);
        StringBuilder object = new StringBuilder("{\"list\":{");
        int n = 0;
        for (String string : keyed.isEmpty() ? new String[0] : keyed.split("(?<=\"), (?=\")")) {
            object.append(n == 0 ? "" : ",").append('"').append(n++).append("\":").append(string);
        }
        byte[] content = object.append("}}").toString().getBytes(StandardCharsets.UTF_8);
        Map<String, JsonFields.Value> fields = JsonFields.parse(content, "verdict");
        return fields.get("list").children().values().stream().map(JsonFields.Value::text).toList();
    }
}
