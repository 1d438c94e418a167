package io.github.logitlens.bench.report;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Another commit of this project, in a temporary folder, to be built and run there.
final class Worktree implements AutoCloseable {

    private final Path repository;
    private final Path folder;
    private final String commit;

    private Worktree(Path repository, Path folder, String commit) {
        this.repository = repository;
        this.folder = folder;
        this.commit = commit;
    }

    /// Checks a commit out.
    ///
    /// @param repository a folder that Git knows
    /// @param name       of the commit, as Git understands it
    /// @throws IllegalStateException if it understands none
    static Worktree of(Path repository, String name) throws IOException {
        Command.Answer commit = Command.ask(repository, Redirect.DISCARD,
                "git", "rev-parse", "--verify", "--quiet", "--short=10", name + "^{commit}");
        if (commit.exit() != 0) {
            throw new IllegalStateException("expected a commit of this repository, got \"" + name + "\"");
        }
        Path folder = Files.createTempDirectory("lens-against-").resolve("tree");
        Worktree worktree = new Worktree(repository, folder, commit.text());
        if (Command.ask(repository, Redirect.INHERIT, "git", "worktree", "add", "--quiet", "--detach", folder.toString(),
                commit.text()).exit() != 0) {
            worktree.close();
            throw new IllegalStateException("commit " + commit.text() + " cannot be checked out; what Git said stands above");
        }
        return worktree;
    }

    /// Its short name.
    String commit() {
        return commit;
    }

    Path folder() {
        return folder;
    }

    /// Has the commit's own `bin/bench` build what it needs; what that says goes to standard error.
    ///
    /// @return the class path of the commit's benchmarks
    /// @throws IllegalStateException if it does not build
    String build() throws IOException {
        Path bench = folder.resolve("lens-bench");
        if (!Files.isExecutable(bench.resolve("bin/bench"))) {
            throw new IllegalStateException("commit " + commit + ": expected lens-bench/bin/bench, found none");
        }
        if (Command.run(List.of(bench.resolve("bin/bench").toString(), "-l"), Redirect.DISCARD, Redirect.INHERIT) != 0) {
            throw new IllegalStateException("commit " + commit + " does not build; what its bin/bench said stands above");
        }
        return bench.resolve("target/classes") + File.pathSeparator + bench.resolve("target/lib") + File.separator + "*";
    }

    /// Removes it, with all that was built there.
    @Override
    public void close() throws IOException {
        Command.ask(repository, Redirect.DISCARD, "git", "worktree", "remove", "--force", "--force", folder.toString());
        try (Stream<Path> left = Files.walk(folder.getParent())) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        Command.ask(repository, Redirect.DISCARD, "git", "worktree", "prune");
    }
}
