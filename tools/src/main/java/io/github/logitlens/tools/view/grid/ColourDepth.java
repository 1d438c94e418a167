package io.github.logitlens.tools.view.grid;

import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Rgb;
import java.util.List;
import java.util.stream.IntStream;

/// How many colours a terminal has, and how each way of colouring a cell is written.
public enum ColourDepth {
    /// None: a block of eight heights stands for the colour.
    NONE {
        @Override
        String paint(double place, ColourMap map) {
            return "";
        }
    },
    /// The sixteen of every terminal. Of these, five whose lightness grows in even steps: black, blue, magenta, cyan, yellow; for
    /// numbers with a sign blue, cyan, white, bright yellow, red.
    ANSI_16 {
        @Override
        String paint(double place, ColourMap map) {
            List<String> steps = map == ColourMap.SEQUENTIAL ? FIVE_STEPS : FIVE_SIGNED_STEPS;
            int step = (int) Math.min(place * steps.size(), steps.size() - 1);
            return ESCAPE + steps.get(step) + "m";
        }
    },
    /// The 256 of xterm: the nearest of its 6 × 6 × 6 cube.
    ANSI_256 {
        @Override
        String paint(double place, ColourMap map) {
            int index = nearest(map.at(place));
            return ESCAPE + (CUBE.get(index).ink() == Rgb.BLACK ? "30" : "97") + ";48;5;" + (16 + index) + "m";
        }
    },
    /// All of them, 24 bits.
    TRUE_COLOUR {
        @Override
        String paint(double place, ColourMap map) {
            Rgb colour = map.at(place);
            Rgb ink = colour.ink();
            return ESCAPE + "38;2;" + triple(ink) + ";48;2;" + triple(colour) + "m";
        }

        private String triple(Rgb colour) {
            return colour.red() + ";" + colour.green() + ";" + colour.blue();
        }
    };

    static final String RESET = "\u001b[0m";

    private static final String ESCAPE = "\u001b[";
    /// Ink and ground.
    private static final List<String> FIVE_STEPS = List.of("97;40", "97;44", "97;45", "30;46", "30;103");
    private static final List<String> FIVE_SIGNED_STEPS = List.of("97;44", "30;46", "30;47", "30;103", "97;41");
    private static final int[] CUBE_CHANNEL = {0, 95, 135, 175, 215, 255};
    private static final List<Rgb> CUBE = IntStream.range(0, 216)
            .mapToObj(i -> new Rgb(CUBE_CHANNEL[i / 36], CUBE_CHANNEL[i / 6 % 6], CUBE_CHANNEL[i % 6])).toList();

    private static int nearest(Rgb colour) {
        return IntStream.range(0, CUBE.size())
                .reduce((best, i) -> CUBE.get(i).squaredDistance(colour) < CUBE.get(best).squaredDistance(colour) ? i : best)
                .orElseThrow();
    }

    /// What begins a cell whose colour stands at a place on the map; [#RESET] ends it.
    ///
    /// @param place 0 to 1
    /// @param map   the colours
    /// @return an escape sequence, or nothing
    abstract String paint(double place, ColourMap map);

    /// A text in the colour of a place on the map.
    ///
    /// @param place 0 to 1, or NaN for no colour
    String painted(String text, double place, ColourMap map) {
        return this == NONE || Double.isNaN(place) ? text : paint(place, map) + text + RESET;
    }

    /// A text that stands back, if there are colours.
    String faint(String text) {
        return this == NONE ? text : ESCAPE + "2m" + text + RESET;
    }

    /// A text that stands out, if there are colours.
    String bold(String text) {
        return this == NONE ? text : ESCAPE + "1m" + text + RESET;
    }
}
