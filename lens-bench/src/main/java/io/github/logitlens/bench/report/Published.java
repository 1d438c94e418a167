package io.github.logitlens.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The figures that are committed, a file for each kind of machine, and the pages that show them.
final class Published {

    private static final String FOLDER = "report";

    private final Path module;

    /// @param module the folder of lens-bench
    Published(Path module) {
        this.module = module;
    }

    /// Takes a machine's figures in, in place of those of the same kind.
    void add(Figures figures) throws IOException {
        Files.createDirectories(module.resolve(FOLDER));
        Json.write(module.resolve(FOLDER).resolve(figures.kind() + ".json"), figures);
    }

    /// Every machine's figures, by the names of their files.
    List<Figures> machines() throws IOException {
        List<Figures> machines = new ArrayList<>();
        try (Stream<Path> files = Files.list(module.resolve(FOLDER))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".json")).sorted().toList()) {
                machines.add(Json.read(file, Figures.class));
            }
        }
        return machines;
    }

    /// Draws the pictures, and writes the tables into lens-bench's README and the headline into the project's.
    void write() throws IOException {
        for (Figures figures : machines()) {
            draw(figures, module.resolve(FOLDER), figures.kind() + "-");
        }
        Section.replace(module.resolve("README.md"), "report", tables());
        Section.replace(module.resolveSibling("README.md"), "headline", ReportText.headline(machines()));
    }

    /// One table for each machine, under its name.
    String tables() throws IOException {
        return machines().stream().map(figures -> "### " + figures.machine().processor() + "\n\n"
                + ReportText.whole(figures, FOLDER + "/" + figures.kind() + "-")).collect(Collectors.joining("\n"));
    }

    /// Draws a machine's pictures into a folder.
    ///
    /// @param prefix what their names begin with
    static void draw(Figures figures, Path folder, String prefix) throws IOException {
        Files.writeString(folder.resolve(prefix + "ratios.svg"), RatioChart.draw(figures.rows()));
        if (RooflineChart.hasPoints(figures)) {
            Files.writeString(folder.resolve(prefix + "roofline.svg"), RooflineChart.draw(figures));
        }
    }
}
