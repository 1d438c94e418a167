package io.github.logitlens.edit;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where an edit is made: a hook site of one layer or of several in a row, whole rows or those of some heads or neurons.
///
/// | written | what it is |
/// |---|---|
/// | `L7H3`, `L5-7H0-2` | what a head reads, `attn.hook_z`; heads of several layers |
/// | `L7H3.q` | a head's part of another site: `q`, `k`, `v` or `result` |
/// | `L5.n123`, `L5.n0-9` | neurons after the activation function, `mlp.hook_post` |
/// | `L4.resid_post`, `L3-5.mlp_out`, `L2.attn.q` | a site by its TransformerLens name, less `hook_` |
/// | `embed`, `pos_embed` | what tokens and positions write |
///
/// ```java
/// Place.head(7, 3).toString()                            // "L7H3"
/// Place.of(HookSite.RESID_POST.at(4)).toString()         // "L4.resid_post"
/// Place.parse("L3-5.mlp_out")                            // three layers' MLP writes
/// ```
public final class Place {

    private enum Part { ROW, HEADS, NEURONS }

    private static final Pattern FORM = Pattern.compile(
            "L(\\d{1,6})(?:-(\\d{1,6}))?(?:H(\\d{1,6})(?:-(\\d{1,6}))?(?:\\.([a-z]+))?|\\.n(\\d{1,6})(?:-(\\d{1,6}))?|\\.([a-z][\\w.]*))");

    private final HookSite site;
    private final int firstLayer;
    private final int lastLayer;
    private final Part part;
    private final int first;
    private final int last;

    private Place(HookSite site, int firstLayer, int lastLayer, Part part, int first, int last) {
        if (firstLayer < 0 || first < 0 || lastLayer < firstLayer || last < first) {
            throw new IllegalArgumentException("edit place: expected numbers of 0 or more, and a range's last not below its first, got "
                    + (site.inBlock() ? "layers " + firstLayer + " to " + lastLayer : site.hookName())
                    + (part == Part.ROW ? "" : ", " + first + " to " + last));
        }
        this.site = site;
        this.firstLayer = firstLayer;
        this.lastLayer = lastLayer;
        this.part = part;
        this.first = first;
        this.last = last;
    }

    /// What one head reads.
    ///
    /// @param layer the block, from 0
    /// @param head  the head, from 0
    /// @return `L7H3`
    /// @throws IllegalArgumentException if one of them is negative
    public static Place head(int layer, int head) {
        return new Place(HookSite.ATTN_Z, layer, layer, Part.HEADS, head, head);
    }

    /// One neuron of an MLP, after the activation function.
    ///
    /// @param layer  the block, from 0
    /// @param neuron the neuron, from 0
    /// @return `L5.n123`
    /// @throws IllegalArgumentException if one of them is negative
    public static Place neuron(int layer, int neuron) {
        return new Place(HookSite.MLP_POST, layer, layer, Part.NEURONS, neuron, neuron);
    }

    /// All that stands at a hook point.
    ///
    /// @param point the point
    /// @return such as `L4.resid_post`
    public static Place of(HookPoint point) {
        return new Place(point.site(), point.layer(), point.layer(), Part.ROW, 0, 0);
    }

    /// Reads the written form.
    ///
    /// @param text such as `L7H3`, `L3-5.mlp_out`, `L5.n123`, `embed`, or a whole TransformerLens name such as
    ///             `blocks.4.hook_resid_post`
    /// @return the place
    /// @throws IllegalArgumentException if the text has another form
    public static Place parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return named(text);
        }
        int layer = Integer.parseInt(form.group(1));
        int lastLayer = number(form.group(2), layer);
        if (form.group(3) != null) {
            int head = Integer.parseInt(form.group(3));
            return new Place(headSite(form.group(5), text), layer, lastLayer, Part.HEADS, head, number(form.group(4), head));
        }
        if (form.group(6) != null) {
            int neuron = Integer.parseInt(form.group(6));
            return new Place(HookSite.MLP_POST, layer, lastLayer, Part.NEURONS, neuron, number(form.group(7), neuron));
        }
        for (HookSite site : HookSite.values()) {
            if (site.inBlock() && shortName(site).equals(form.group(8))) {
                return new Place(site, layer, lastLayer, Part.ROW, 0, 0);
            }
        }
        throw unknown(text);
    }

    private static Place named(String text) {
        for (HookSite site : HookSite.values()) {
            if (!site.inBlock() && (shortName(site).equals(text) || site.hookName().equals(text))) {
                return of(site.at(0));
            }
        }
        if (text.startsWith("blocks.")) {
            return of(HookPoint.parse(text));
        }
        throw unknown(text);
    }

    private static int number(String text, int otherwise) {
        return text == null ? otherwise : Integer.parseInt(text);
    }

    private static HookSite headSite(String name, String text) {
        return switch (name) {
            case null -> HookSite.ATTN_Z;
            case "q" -> HookSite.ATTN_Q;
            case "k" -> HookSite.ATTN_K;
            case "v" -> HookSite.ATTN_V;
            case "z" -> HookSite.ATTN_Z;
            case "result" -> HookSite.ATTN_RESULT;
            default -> throw unknown(text);
        };
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("edit place: expected a head such as L7H3, a neuron such as L5.n123, a site such as"
                + " L4.resid_post or L3-5.mlp_out, or embed, got \"" + text + "\"");
    }

    private static String shortName(HookSite site) {
        return site.hookName().replace("hook_", "");
    }

    /// @param edit whose place this is, for messages
    void check(Gpt2Config config, String edit) {
        if (part == Part.HEADS && (lastLayer >= config.nLayers() || last >= config.nHeads())) {
            throw new IllegalArgumentException("edit " + edit + ": expected a head from L0H0 to L" + (config.nLayers() - 1) + "H"
                    + (config.nHeads() - 1) + ", got " + this);
        }
        if (site.inBlock() && lastLayer >= config.nLayers()) {
            throw new IllegalArgumentException("edit " + edit + ": expected a layer from L0 to L" + (config.nLayers() - 1) + ", got "
                    + this);
        }
        if (part == Part.NEURONS && last >= config.dMlp()) {
            throw new IllegalArgumentException("edit " + edit + ": expected a neuron from n0 to n" + (config.dMlp() - 1) + " (dMlp), got "
                    + this);
        }
    }

    boolean contains(HookPoint point) {
        return point.site() == site && point.layer() >= firstLayer && point.layer() <= lastLayer;
    }

    HookSite site() {
        return site;
    }

    int layers() {
        return lastLayer - firstLayer + 1;
    }

    /// The point of one of this place's layers.
    ///
    /// @param index from 0
    HookPoint point(int index) {
        return site.at(firstLayer + index);
    }

    boolean hasHead(int head) {
        return part == Part.ROW || head >= first && head <= last;
    }

    /// Whether rows are vectors of the residual stream: it, or what is written into it.
    boolean isResidual() {
        return part == Part.ROW && switch (site) {
            case EMBED, POS_EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST -> true;
            default -> false;
        };
    }

    /// Whether each position has a row of its own: not of scores and patterns, which lie by head.
    boolean hasRows() {
        return site != HookSite.ATTN_SCORES && site != HookSite.ATTN_PATTERN;
    }

    /// Where the values of this place stand in a row of an activation.
    ///
    /// @param shape the activation's
    Slice slice(int[] shape) {
        int width = 1;
        for (int axis = 1; axis < shape.length; axis++) {
            width *= shape[axis];
        }
        return switch (part) {
            case ROW -> new Slice(width, 0, width);
            case HEADS -> new Slice(width, first * shape[2], (last - first + 1) * shape[2]);
            case NEURONS -> new Slice(width, first, last - first + 1);
        };
    }

    /// How many values this place has at each position.
    int width(Gpt2Config config) {
        int[] shape = switch (site) {
            case ATTN_Q, ATTN_K, ATTN_V, ATTN_Z -> new int[] {1, config.nHeads(), config.dHead()};
            case ATTN_RESULT -> new int[] {1, config.nHeads(), config.dModel()};
            case MLP_PRE, MLP_POST -> new int[] {1, config.dMlp()};
            case LN1_SCALE, LN2_SCALE, LN_FINAL_SCALE -> new int[] {1};
            default -> new int[] {1, config.dModel()};
        };
        return slice(shape).count();
    }

    /// Some values of a row.
    ///
    /// @param width of the row
    /// @param from  the first
    /// @param count how many
    record Slice(int width, int from, int count) {

        int offset(int row) {
            return row * width + from;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Place place && toString().equals(place.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(site, firstLayer, lastLayer, part, first, last);
    }

    /// The written form.
    @Override
    public String toString() {
        String layers = site.inBlock() ? "L" + range(firstLayer, lastLayer) : "";
        return switch (part) {
            case HEADS -> layers + "H" + range(first, last) + (site == HookSite.ATTN_Z ? "" : shortName(site).substring("attn".length()));
            case NEURONS -> layers + ".n" + range(first, last);
            case ROW -> site.inBlock() ? layers + "." + shortName(site) : shortName(site);
        };
    }

    private static String range(int first, int last) {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
