package io.github.logitlens.edit;

import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.hook.Edit;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes edits, from values or from text.
///
/// | written | what it does |
/// |---|---|
/// | `zero:L7H3` | ablates: what the head reads becomes 0, so that it writes nothing |
/// | `mean:L5.mlp_out` | ablates with the mean over the prompt's positions, or over all positions of other prompts |
/// | `resample:L7H3` | ablates with what another prompt has at the same positions |
/// | `patch:L4.resid_post@5` | puts in what another prompt has there; `…=L2.resid_post@3` from another place |
/// | `scale:L7H3*0.5` | multiplies |
/// | `steer:L6.resid_post*2.5=unembed: Paris` | adds a multiple of a [Direction] |
/// | `replace:L4.resid_post@-1=vector.safetensors` | puts in a [Direction] |
/// | `erase:L4.resid_post=unembed: Paris` | takes out what goes along a [Direction] |
/// | `swap:L4.resid_post=unembed: Paris\|unembed: Rome` | exchanges the coordinates along two |
/// | `cut:L3H2@6/0`, `cut:L3H2@6/0,renorm` | query 6 no longer sees key 0; the rest of its row made to sum to 1 again |
///
/// Behind the [Place] stand its positions, `@5`, `@-1`, `@0,3` or `@2:6`; all of them where none are named.
///
/// ```java
/// Edits.zeroHead(7, 3).toString()                                                  // "zero:L7H3"
/// Edits.parse("zero:L7H3")                                                         // equal to it
/// Edits.parse("patch:L4.resid_post@-1", List.of(Prompt.of("The Colosseum is in")))
/// ```
public final class Edits {

    /// The usual prompt for reading with patchscopes what a token's residual holds (Ghandeharioun et al., "Patchscopes: A Unifying
    /// Framework for Inspecting Hidden Representations of Language Models", 2024): the model repeats words, and the residual in
    /// question takes the last token's place.
    ///
    /// ```java
    /// lens.run(Edits.IDENTITY_PROMPT, options,
    ///         Edits.patch(Place.parse("L2.resid_post"), Place.parse("L6.resid_post"), Positions.last()).at(-1).from("Marie Curie"))
    /// ```
    public static final String IDENTITY_PROMPT = "cat->cat; 135->135; hello->hello; ?";

    private static final Pattern FORM = Pattern.compile(
            "([a-z]+):([\\w.-]*)(?:@([^*=]*))?(?:\\*([^=]*))?(?:=(.*))?", Pattern.DOTALL);
    private static final Pattern NEXT_DIRECTION = Pattern.compile("\\|(?=(unembed|embed|lens):)");
    private static final String RENORM = ",renorm";

    private Edits() {
    }

    /// Ablates one attention head: what it reads, `hook_z`, becomes 0 at every position, so that it writes nothing.
    ///
    /// @param layer the block, from 0
    /// @param head  the head, from 0
    /// @return the edit
    /// @throws IllegalArgumentException if one of them is negative
    public static PlacedEdit zeroHead(int layer, int head) {
        return zero(Place.head(layer, head));
    }

    /// Sets what stands at a place to 0.
    ///
    /// @param place where
    /// @return `zero:…`
    public static PlacedEdit zero(Place place) {
        return new PlacedEdit(new Change.Zero(), place);
    }

    /// Puts in the mean: over the positions of the prompt, or over all positions of the prompts that [PlacedEdit#from] names.
    ///
    /// @param place where
    /// @return `mean:…`
    public static PlacedEdit mean(Place place) {
        return new PlacedEdit(new Change.Mean(), place);
    }

    /// Puts in what another prompt has at the same positions. Positions that count from the end do so in each prompt.
    ///
    /// @param place where
    /// @return `resample:…`; [PlacedEdit#from] names the prompt
    public static PlacedEdit resample(Place place) {
        return new PlacedEdit(new Change.Take("resample", Optional.empty(), Optional.empty()), place);
    }

    /// Puts in what another prompt has at the same positions. Positions that count from the end do so in each prompt.
    ///
    /// @param place where
    /// @return `patch:…`; [PlacedEdit#from] names the prompt
    public static PlacedEdit patch(Place place) {
        return new PlacedEdit(new Change.Take("patch", Optional.empty(), Optional.empty()), place);
    }

    /// Puts in what another prompt has at another place: of any layer into any layer, as patchscopes do.
    ///
    /// ```java
    /// Edits.patch(Place.parse("L2.resid_post"), Place.parse("L6.resid_post"), Positions.last()).at(-1).from("Marie Curie")
    ///         // patch:L2.resid_post@-1=L6.resid_post@-1
    /// ```
    ///
    /// @param place     where
    /// @param source    the place to take from, with as many values at each position; one layer, or as many as `place` has
    /// @param positions the other prompt's: one for all that are changed, or as many
    /// @return `patch:…=…`; [PlacedEdit#from] names the prompt
    public static PlacedEdit patch(Place place, Place source, Positions positions) {
        return new PlacedEdit(new Change.Take("patch", Optional.of(source), Optional.of(positions)), place);
    }

    /// Multiplies what stands at a place.
    ///
    /// @param place  where
    /// @param factor by how much, a finite number
    /// @return `scale:…*…`
    public static PlacedEdit scale(Place place, double factor) {
        return new PlacedEdit(new Change.Scale(finite(factor)), place);
    }

    /// Adds a multiple of a vector.
    ///
    /// @param place  where
    /// @param factor of the vector, a finite number
    /// @param vector as many values as the place has at each position
    /// @return `steer:…*…=…`
    public static PlacedEdit steer(Place place, double factor, Direction vector) {
        return new PlacedEdit(new Change.Steer(finite(factor), vector), place);
    }

    /// Puts in a vector.
    ///
    /// @param place  where
    /// @param vector as many values as the place has at each position
    /// @return `replace:…=…`
    public static PlacedEdit replace(Place place, Direction vector) {
        return new PlacedEdit(new Change.Replace(vector), place);
    }

    /// Takes out what goes along a direction: `h − (h·d / d·d) d`.
    ///
    /// @param place  where
    /// @param vector the direction `d`; its length does not matter
    /// @return `erase:…=…`
    public static PlacedEdit erase(Place place, Direction vector) {
        return new PlacedEdit(new Change.Erase(vector), place);
    }

    /// Exchanges the coordinates along two directions: `h = c₁ d₁ + c₂ d₂ + rest`, the rest orthogonal to both, becomes
    /// `c₂ d₁ + c₁ d₂ + rest`.
    ///
    /// @param place where
    /// @param one   the direction `d₁`
    /// @param other the direction `d₂`, not along the first
    /// @return `swap:…=…|…`
    public static PlacedEdit swap(Place place, Direction one, Direction other) {
        return new PlacedEdit(new Change.Swap(one, other), place);
    }

    /// Takes keys out of what queries of some heads see; the rest of a row keeps its weights, which then sum to less than 1.
    ///
    /// @param heads   such as `L3H2`, or all of a layer, `L3.attn.pattern`
    /// @param queries positions whose rows change
    /// @param keys    positions that they no longer see
    /// @return `cut:…@…/…`
    /// @throws IllegalArgumentException if the place is not of heads
    public static Edit cut(Place heads, Positions queries, Positions keys) {
        return new Cut(heads, queries, keys, false);
    }

    /// Takes keys out of what queries of some heads see, before the softmax: the rest of a row sums to 1.
    ///
    /// @param heads   such as `L3H2`, or all of a layer, `L3.attn.pattern`
    /// @param queries positions whose rows change
    /// @param keys    positions that they no longer see; each query keeps one at least
    /// @return `cut:…@…/…,renorm`
    /// @throws IllegalArgumentException if the place is not of heads
    public static Edit cutRenormalized(Place heads, Positions queries, Positions keys) {
        return new Cut(heads, queries, keys, true);
    }

    private static double finite(double factor) {
        if (!Double.isFinite(factor)) {
            throw new IllegalArgumentException("edit factor: expected a finite number, got " + factor);
        }
        return factor;
    }

    /// Reads an edit's written form.
    ///
    /// @param text `VERB:PLACE[@POSITIONS][*FACTOR][=ARGUMENT][,OPTION]`, such as `zero:L7H3`
    /// @return the edit; where it takes from prompts, without them
    /// @throws IllegalArgumentException if the text has another form
    public static Edit parse(String text) {
        return parse(text, List.of());
    }

    /// Reads an edit's written form, for edits that may take from prompts.
    ///
    /// @param text `VERB:PLACE[@POSITIONS][*FACTOR][=ARGUMENT][,OPTION]`, such as `patch:L4.resid_post@5`
    /// @param from the prompts, all of them for an edit that takes from prompts
    /// @return the edit
    /// @throws IllegalArgumentException if the text has another form
    public static Edit parse(String text, List<Prompt> from) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("edit: expected a verb and a place such as zero:L7H3, got \"" + text + "\"");
        }
        Written written = new Written(form.group(1), form.group(2), Optional.ofNullable(form.group(3)),
                Optional.ofNullable(form.group(4)), Optional.ofNullable(form.group(5)));
        if (written.verb.equals("cut")) {
            return written.cut();
        }
        PlacedEdit edit = written.placed();
        PlacedEdit placed = written.positions.isEmpty() ? edit : edit.at(written.parsed(written.positions.get()));
        return placed.takesFromPrompts() && !from.isEmpty() ? placed.from(from.toArray(Prompt[]::new)) : placed;
    }

    /// The parts of a written edit.
    private record Written(String verb, String place, Optional<String> positions, Optional<String> factor, Optional<String> argument) {

        PlacedEdit placed() {
            Place where = switch (verb) {
                case "zero", "mean", "resample", "patch", "scale", "steer", "replace", "erase", "swap" -> where();
                default -> throw new IllegalArgumentException("edit: expected zero, mean, resample, patch, scale, steer, replace, erase,"
                        + " swap or cut, got \"" + verb + "\"");
            };
            if (factor.isPresent() && !verb.equals("scale") && !verb.equals("steer")) {
                throw refused("no factor", "*" + factor.get());
            }
            if (argument.isPresent() && List.of("zero", "mean", "resample", "scale").contains(verb)) {
                throw refused("nothing behind =", argument.get());
            }
            return switch (verb) {
                case "zero" -> zero(where);
                case "mean" -> mean(where);
                case "resample" -> resample(where);
                case "patch" -> argument.isEmpty() ? patch(where) : new PlacedEdit(take(argument.get()), where);
                case "scale" -> scale(where, number());
                case "steer" -> steer(where, factor.isEmpty() ? 1 : number(), direction(required()));
                case "replace" -> replace(where, direction(required()));
                case "erase" -> erase(where, direction(required()));
                default -> swap(where);
            };
        }

        private Place where() {
            try {
                return Place.parse(place);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(e.getMessage() + " (" + verb + ":" + place + ")", e);
            }
        }

        private Change.Take take(String source) {
            int at = source.indexOf('@');
            return new Change.Take("patch", Optional.of(Place.parse(at < 0 ? source : source.substring(0, at))),
                    at < 0 ? Optional.empty() : Optional.of(parsed(source.substring(at + 1))));
        }

        Positions parsed(String text) {
            try {
                return Positions.parse(text);
            } catch (IllegalArgumentException e) {
                throw refused("positions such as @5, @-1, @0,3 or @2:6", "@" + text);
            }
        }

        private PlacedEdit swap(Place where) {
            String[] both = NEXT_DIRECTION.split(required(), 2);
            if (both.length < 2) {
                throw refused("two directions, such as unembed: Paris|unembed: Rome", required());
            }
            return Edits.swap(where, direction(both[0]), direction(both[1]));
        }

        private Direction direction(String text) {
            try {
                return Direction.parse(text);
            } catch (InvalidPathException e) {
                throw refused("a path", text);
            }
        }

        private double number() {
            String text = factor.orElseThrow(() -> refused("a factor such as *0.5", "none"));
            try {
                return finite(Double.parseDouble(text));
            } catch (NumberFormatException e) {
                throw refused("a factor such as *0.5", "*" + text);
            }
        }

        private String required() {
            return argument.orElseThrow(() -> refused("a vector behind =, such as unembed: Paris, diff or a file", "none"));
        }

        Edit cut() {
            String written = positions.orElse("");
            boolean renormalized = written.endsWith(RENORM);
            String[] ends = (renormalized ? written.substring(0, written.length() - RENORM.length()) : written).split("/", -1);
            if (ends.length != 2 || factor.isPresent() || argument.isPresent()) {
                throw refused("queries and keys such as @6/0, and perhaps ,renorm", positions.map(text -> "@" + text).orElse("none"));
            }
            return new Cut(where(), parsed(ends[0]), parsed(ends[1]), renormalized);
        }

        private IllegalArgumentException refused(String expected, String got) {
            return new IllegalArgumentException("edit " + verb + ":" + place + ": expected " + expected + ", got " + got);
        }
    }
}
