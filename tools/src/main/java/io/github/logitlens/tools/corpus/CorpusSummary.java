package io.github.logitlens.tools.corpus;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Bos;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.TokenJson;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// What a corpus comes to, with the protocol that its figures hold for.
///
/// @param model    what was read with
/// @param tokenizer the model's
/// @param reader   the reader, at its end: points, options, provenance
/// @param form     what a document was
/// @param totals   of all rows
record CorpusSummary(Gpt2Model model, Gpt2Tokenizer tokenizer, CorpusReader reader, CorpusInput.Form form, CorpusTotals totals) {

    /// Writes it as JSON, schema `logitlens.corpus/1`; all but `provenance` is the same whatever computed it.
    void write(Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", "logitlens.corpus/1");
            RunJson.model(model.id(), model.config(), json);
            options(json);
            edits(json);
            RunJson.points(points(), json);
            json.writeObjectFieldStart("documents");
            json.writeNumberField("read", totals.documents);
            json.writeNumberField("empty", totals.emptyDocuments);
            json.writeNumberField("bad", totals.badLines);
            json.writeEndObject();
            json.writeNumberField("tokens", totals.tokens);
            json.writeNumberField("rows", totals.rows);
            json.writeNumberField("bytes", totals.bytes);
            double[] loss = totals.mean(totals.surprisal);
            array("loss", loss, json);
            array("perplexity", map(loss, StrictMath::exp), json);
            array("bitsPerByte", map(totals.surprisal, sum -> sum / StrictMath.log(2) / totals.bytes), json);
            array("accuracy", totals.accuracy(), json);
            array("entropy", totals.mean(totals.entropy), json);
            if (!stopped()) {
                array("klToFinal", totals.mean(totals.klToFinal), json);
                json.writeArrayFieldStart("decisions");
                for (long count : totals.decisions) {
                    json.writeNumber(count);
                }
                json.writeEndArray();
            }
            bands(json);
            documentLoss(json);
            json.writeObjectFieldStart("examples");
            examples("earliest", totals.earliest, json);
            examples("latest", totals.latest, json);
            examples("turned", totals.turned, json);
            json.writeEndObject();
            ProvenanceJson.write(reader.provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    List<LensPoint> points() {
        return reader.points();
    }

    /// Whether nothing is compared with the model's own output.
    boolean stopped() {
        return reader.options().lens().stopAfter().orElse(model.config().nLayers()) < model.config().nLayers() - 1;
    }

    /// The protocol in words, without which a figure of loss means nothing.
    String protocol() {
        LensOptions lens = reader.options().lens();
        int window = reader.options().window().orElseThrow();
        int stride = reader.options().stride().orElseThrow();
        return "windows of " + window + " tokens, stride " + stride + ", " + (lens.bos() == Bos.PREPEND ? "BOS before each" : "no BOS")
                + "; a document is " + (form.lines() ? "a line" : "a file") + (lens.bos() == Bos.PREPEND ? ""
                : ", its first token not counted") + "; layer norm " + lens.layerNorm().key() + ", lens " + lens.readout().kind()
                + (reader.provenance().edits().isEmpty() ? "" : ", edits " + reader.provenance().edits());
    }

    private void options(JsonGenerator json) throws IOException {
        LensOptions lens = reader.options().lens();
        json.writeObjectFieldStart("options");
        json.writeNumberField("window", reader.options().window().orElseThrow());
        json.writeNumberField("stride", reader.options().stride().orElseThrow());
        json.writeBooleanField("bos", lens.bos() == Bos.PREPEND);
        json.writeBooleanField("special", lens.specialTokens() == SpecialTokens.PARSE);
        json.writeStringField("documents", form.field().isPresent() ? "field" : form.lines() ? "lines" : "files");
        json.writeStringField("field", form.field().orElse(null));
        json.writeStringField("layerNorm", lens.layerNorm().key());
        json.writeStringField("lens", lens.readout().kind());
        json.writeStringField("layers", lens.layers().toString());
        json.writeStringField("protocol", protocol());
        json.writeEndObject();
    }

    private void edits(JsonGenerator json) throws IOException {
        if (!reader.provenance().edits().isEmpty()) {
            json.writeArrayFieldStart("edits");
            for (String edit : reader.provenance().edits()) {
                json.writeString(edit);
            }
            json.writeEndArray();
        }
    }

    private void bands(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("frequency");
        for (CorpusTotals.Band band : totals.bands()) {
            json.writeStartObject();
            json.writeStringField("band", band.name());
            json.writeNumberField("ids", band.ids());
            json.writeNumberField("rows", band.rows());
            array("loss", band.losses(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void documentLoss(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("documentLoss");
        json.writeNumberField("step", CorpusTotals.LOSS_STEP);
        json.writeArrayFieldStart("counts");
        for (long count : totals.documentLosses) {
            json.writeNumber(count);
        }
        json.writeEndArray();
        documents("highest", totals.highest, json);
        documents("lowest", totals.lowest, json);
        json.writeEndObject();
    }

    private static void documents(String name, List<CorpusTotals.DocumentLoss> documents, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (CorpusTotals.DocumentLoss document : documents) {
            json.writeStartObject();
            json.writeStringField("document", document.document());
            json.writeNumberField("rows", document.rows());
            Json.number(json, "loss", document.loss());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void examples(String name, List<CorpusTotals.Example> examples, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (CorpusTotals.Example example : examples) {
            json.writeStartObject();
            json.writeStringField("document", example.document());
            json.writeNumberField("position", example.position());
            json.writeNumberField("id", example.id());
            TokenJson.writeText(tokenizer.label(example.id()), json);
            json.writeNumberField("answer", example.answer());
            json.writeNumberField("point", example.at());
            Json.number(json, "surprisal", example.last());
            json.writeArrayFieldStart("context");
            for (int id : example.context()) {
                json.writeNumber(id);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static double[] map(double[] values, DoubleUnaryOperator change) {
        return Arrays.stream(values).map(change).toArray();
    }

    private static void array(String name, double[] values, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (double value : values) {
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeString(Double.toString(value));
            }
        }
        json.writeEndArray();
    }
}
