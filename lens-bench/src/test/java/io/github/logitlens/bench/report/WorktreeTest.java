package io.github.logitlens.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Of a repository with two commits: the first builds, the second does not.
@Tag("forks")
class WorktreeTest {

    @TempDir
    private Path repository;

    @BeforeEach
    void twoCommits() throws IOException {
        git("init", "--quiet");
        commit("mkdir -p \"$(dirname \"$0\")/../target/lib\"");
        commit("exit 3");
    }

    private void commit(String script) throws IOException {
        Path bench = repository.resolve("lens-bench/bin/bench");
        Files.createDirectories(bench.getParent());
        Files.writeString(bench, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(bench, PosixFilePermissions.fromString("rwxr-xr-x"));
        git("add", ".");
        git("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "commit", "--quiet", "-m", script);
    }

    private String git(String... words) throws IOException {
        String[] command = new String[words.length + 1];
        command[0] = "git";
        System.arraycopy(words, 0, command, 1, words.length);
        Command.Answer answer = Command.ask(repository, Redirect.INHERIT, command);
        assertEquals(0, answer.exit(), String.join(" ", command));
        return answer.text();
    }

    @Test
    void aCommitIsBuiltInAFolderThatIsGoneAfterwards() throws IOException {
        Worktree worktree = Worktree.of(repository, "HEAD~1");
        try (worktree) {
            Path target = worktree.folder().resolve("lens-bench/target");
            assertEquals(target.resolve("classes") + File.pathSeparator + target.resolve("lib") + File.separator + "*",
                    worktree.build());
            assertTrue(Files.isDirectory(target), "its own script built");
            assertEquals(git("rev-parse", "--short=10", "HEAD~1"), worktree.commit());
        }
        assertFalse(Files.exists(worktree.folder().getParent()));
        assertEquals(1, git("worktree", "list").lines().count());
    }

    @Test
    void aCommitThatDoesNotBuildIsSaid() throws IOException {
        try (Worktree worktree = Worktree.of(repository, "HEAD")) {
            String message = assertThrows(IllegalStateException.class, worktree::build).getMessage();
            assertEquals("commit " + worktree.commit() + " does not build; what its bin/bench said stands above", message);
        }
    }

    @Test
    void aCommitWithoutBenchmarksIsSaid() throws IOException {
        git("rm", "-r", "--quiet", "lens-bench");
        git("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "commit", "--quiet", "-m", "none");
        try (Worktree worktree = Worktree.of(repository, "HEAD")) {
            String message = assertThrows(IllegalStateException.class, worktree::build).getMessage();
            assertEquals("commit " + worktree.commit() + ": expected lens-bench/bin/bench, found none", message);
        }
    }

    @Test
    void aNameThatGitDoesNotKnowIsSaid() {
        String message = assertThrows(IllegalStateException.class, () -> Worktree.of(repository, "HEAD~9")).getMessage();
        assertEquals("expected a commit of this repository, got \"HEAD~9\"", message);
    }
}
