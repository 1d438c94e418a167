package io.github.logitlens.internal.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a product reads of the panel that comes after its own, so that this one arrives from memory meanwhile.
///
/// Such a read waits for memory, and while it waits only some ten steps of the product can go on beside it. What is best to
/// read depends on how much a processor's own prefetchers bring without being asked.
///
/// * On an Intel core with two 512-bit multipliers, every line, in four streams: five tokens took 7 % less time than with
///   panels that were fetched first and multiplied with then.
/// * On an AMD core (Zen 4) that is worth nothing. It finds a whole panel in time by itself, except at the beginning of each
///   page of 4 KiB, where it has to look up the address first. A line in sixteen has that done before: products of 5 rows
///   are 1.12 to 1.19 times as fast as with every line, of 16 rows 1.11 times, of 64 rows 1.04 times. A line in eight gained
///   a third of that; bursts of touches before parts of the product cost more than they brought.
enum Touching {

    /// Each step of the product reads a line from each quarter of the panel.
    EVERY_LINE,

    /// Every fourth step reads a line, from the place in the panel where the product itself is.
    ONE_IN_SIXTEEN;

    private static final int LINES_OF_ONE_PROCESSOR = 5;
    /// Blocks that share a panel's lines, at most: so many take as long as a panel of 768 steps takes to come, and half as long again.
    private static final int MOST = 7;

    /// Which blocks read ahead while they meet a panel: the first, and each that comes so many after one that does.
    int everyHowManyBlocks(int blocks) {
        return this == EVERY_LINE ? (blocks + MOST - 1) / MOST : blocks;
    }

    /// What was best on processors like this one.
    static Touching ofThisProcessor() {
        return vendor().contains("AMD") ? ONE_IN_SIXTEEN : EVERY_LINE;
    }

    /// Linux and Windows say it; on other systems it stays open, which costs time where the guess is wrong, and no bit.
    private static String vendor() {
        String windows = System.getenv("PROCESSOR_IDENTIFIER");
        if (windows != null) {
            return windows.substring(windows.lastIndexOf(',') + 1);
        }
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/cpuinfo"))) {
            return lines.lines().limit(LINES_OF_ONE_PROCESSOR).filter(line -> line.startsWith("vendor_id"))
                    .findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
