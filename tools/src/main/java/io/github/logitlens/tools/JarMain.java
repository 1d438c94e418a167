package io.github.logitlens.tools;

/// What `java -jar` starts: the command, or, where the jar stands alone, what it needs beside it.
public final class JarMain {

    private JarMain() {
    }

    /// Runs one command and ends the JVM with its exit code.
    ///
    /// @param args the command line
    public static void main(String[] args) {
        try {
            Class.forName("picocli.CommandLine", false, JarMain.class.getClassLoader());
            Class.forName("io.github.logitlens.Lens", false, JarMain.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            System.err.println("lens: this jar needs others beside it: those of its release's lens-….tar.gz, which also has bin/lens");
            System.exit(1);
        }
        Main.main(args);
    }
}
