package io.github.logitlens.tools.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class RunJsonMetricsTest {

    @Test
    void a_metric_that_was_asked_for_is_a_field_of_each_reading() throws IOException {
        LensMetric[] asked = {LensMetric.JSD, LensMetric.NEXT_RANK, LensMetric.RESIDUAL_NORM};
        LensResult result = run(LensOptions.defaults().metrics(asked));
        for (JsonNode reading : json(result).path("readings")) {
            for (LensMetric metric : asked) {
                double value = result.value(metric, result.points().get(reading.path("point").intValue()), reading.path("position").intValue());
                assertEquals(Double.isNaN(value) ? "NaN" : Double.toString(value), reading.path(metric.key()).asText(), metric.key());
            }
        }
    }

    @Test
    void a_metric_that_was_not_asked_for_is_not_there() throws IOException {
        json(run(LensOptions.defaults())).path("readings").forEach(reading -> assertFalse(reading.has("jsd")));
    }

    private static LensResult run(LensOptions options) {
        try (LogitLens lens = LogitLens.open("demo")) {
            return lens.run("The Eiffel Tower is in", options);
        }
    }

    private static JsonNode json(LensResult result) throws IOException {
        StringWriter out = new StringWriter();
        new RunJson().write(result, out);
        return new ObjectMapper().readTree(out.toString());
    }
}
