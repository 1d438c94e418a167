package io.github.logitlens.tools.view;

import io.github.logitlens.Attribution;
import io.github.logitlens.Contribution;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// An attribution as CSV: a line for each component in the order of the forward pass, behind an MLP's one for each of its neurons
/// that was asked for (`kind` is `neuron`; they are parts of the MLP's number), and one for the final norm's bias (`bias`). The
/// components and the bias add up to the logit, which stands on each line as `total`.
///
/// ```csv
/// model,bos,layerNorm,lens,position,tokenId,tokenText,versusId,versusText,name,label,kind,layer,head,neuron,activation,logit,total,…
/// "demo",false,frozen,logit,6,6342," Paris",,,blocks.7.hook_mlp_out,Layer 7 MLP,mlp,7,,,,4.12,15.41,…
/// ```
public final class AttributionCsv {

    private AttributionCsv() {
    }

    /// Writes the table.
    ///
    /// @param attribution what to write
    /// @param out         where to
    /// @throws IOException if `out` fails
    public static void write(Attribution attribution, Writer out) throws IOException {
        List<String> names = new ArrayList<>(Csv.FIRST);
        names.addAll(List.of("position", "tokenId", "tokenText", "versusId", "versusText", "name", "label", "kind", "layer", "head",
                "neuron", "activation", "logit", "total"));
        names.addAll(Csv.LAST);
        Csv.line(names, out);
        List<String> made = new ArrayList<>(List.of(Double.toString(attribution.logit())));
        made.addAll(Csv.last(attribution.provenance()));
        List<String> place = new ArrayList<>(Csv.first(attribution.provenance()));
        place.add(Integer.toString(attribution.position()));
        token(attribution.token(), place);
        attribution.versus().ifPresentOrElse(other -> token(other, place), () -> place.addAll(List.of("", "")));
        for (Contribution component : attribution.components()) {
            String layer = Csv.number(component.layer());
            line(place, List.of(component.name(), component.label(), component.kind().name().toLowerCase(Locale.ROOT), layer,
                    Csv.number(component.head()), "", "", Double.toString(component.logit())), made, out);
            for (Contribution.Neuron neuron : component.neurons()) {
                line(place, List.of(component.name(), neuron.label(), "neuron", layer, "", Integer.toString(neuron.neuron()),
                        Float.toString(neuron.activation()), Double.toString(neuron.logit())), made, out);
            }
        }
        line(place, List.of("ln_final.b", "final norm's bias", "bias", "", "", "", "", Double.toString(attribution.bias())), made, out);
    }

    private static void token(Token token, List<String> fields) {
        fields.addAll(List.of(Integer.toString(token.id()), Csv.text(token.display())));
    }

    private static void line(List<String> place, List<String> component, List<String> made, Writer out) throws IOException {
        List<String> fields = new ArrayList<>(place);
        fields.addAll(component);
        fields.addAll(made);
        Csv.line(fields, out);
    }
}
