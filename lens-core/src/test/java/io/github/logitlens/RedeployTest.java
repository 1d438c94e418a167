package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.JavaProcess;
import java.io.File;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An application that is deployed again and again: nothing of the library outlives the class loader that ran it.
@Tag("waits")
class RedeployTest {

    private static final String PROMPT = "The Eiffel Tower is in";

    /// What the application does, and ends with.
    enum Use {
        LENS {
            @Override
            void run(String directory) {
                Lens.run(PROMPT);
                Lens.close();
            }
        },
        OPEN {
            @Override
            void run(String directory) {
                try (LogitLens lens = LogitLens.open(Path.of(directory))) {
                    lens.run(new int[] {1, 2, 3}, LensOptions.defaults());
                }
            }
        },
        STREAM {
            @Override
            void run(String directory) {
                try (LogitLens lens = LogitLens.stream(Path.of(directory))) {
                    lens.run(new int[] {1, 2, 3}, LensOptions.defaults());
                }
            }
        };

        abstract void run(String directory);
    }

    /// What a deployment runs, in a class loader of its own.
    public static final class Deployed {

        private Deployed() {
        }

        /// @param use       the name of a [Use]
        /// @param directory a model's
        public static void run(String use, String directory) {
            Use.valueOf(use).run(directory);
        }
    }

    /// Deploys, runs and forgets.
    private static WeakReference<ClassLoader> deploy(Use use) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Class<?> deployed = loader.loadClass(Deployed.class.getName());
        assertNotSame(Deployed.class, deployed);
        Method run = deployed.getMethod("run", String.class, String.class);
        run.invoke(null, use.name(), Golden.folder("tiny-odd").toString());
        loader.close();
        return new WeakReference<>(loader);
    }

    /// How many class loaders are left.
    private static long redeploy(Use use, int times) throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            loaders.add(deploy(use));
        }
        long alive = times;
        for (int turn = 0; turn < 200 && alive > 0; turn++) {
            System.gc();
            Thread.sleep(10);
            alive = loaders.stream().filter(loader -> loader.get() != null).count();
        }
        return alive;
    }

    @ParameterizedTest
    @EnumSource
    void aLoaderThatRanTheLibraryIsCollected(Use use) throws Exception {
        assertEquals(0, redeploy(use, 10), "class loaders of 10 that are still there");
    }

    /// Compiled as a JVM that does not live long does it: each loader has all classes anew.
    @Tag("slow")
    @Tag("forks")
    @ParameterizedTest
    @EnumSource
    void fiftyLoadersAreCollected(Use use) {
        JavaProcess.Result result = JavaProcess.run(List.of(JavaProcess.VECTOR, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"),
                FiftyTimes.class, use.name());
        assertEquals("0 alive", result.out(), result.err());
    }

    /// Deploys fifty times.
    static final class FiftyTimes {

        private FiftyTimes() {
        }

        public static void main(String[] arguments) throws Exception {
            System.out.println(redeploy(Use.valueOf(arguments[0]), 50) + " alive");
        }
    }

    /// With the vector module, as a server has it, and what the vector kernels' warm-up leaves.
    @Tag("forks")
    @Test
    void longRunsLeaveNothingEither() {
        JavaProcess.Result result = JavaProcess.run(List.of(JavaProcess.VECTOR, "-Xmx512m"), LongRuns.class);
        assertEquals("0 alive", result.out(), result.err());
    }

    /// Deploys an application that reads enough for the vector kernels to take over.
    static final class LongRuns {

        private LongRuns() {
        }

        public static void main(String[] arguments) throws Exception {
            WeakReference<ClassLoader> loader = deployLong();
            for (int turn = 0; turn < 200 && loader.get() != null; turn++) {
                System.gc();
                Thread.sleep(10);
            }
            System.out.println((loader.get() == null ? 0 : 1) + " alive");
        }

        private static WeakReference<ClassLoader> deployLong() throws Exception {
            URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(LongRuns::url)
                    .toArray(URL[]::new);
            URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
            Class<?> lens = loader.loadClass(Lens.class.getName());
            Method run = lens.getMethod("run", String.class);
            for (int i = 0; i < 3; i++) {
                run.invoke(null, "The Eiffel Tower is in Paris. ".repeat(24));
            }
            lens.getMethod("close").invoke(null);
            loader.close();
            return new WeakReference<>(loader);
        }

        private static URL url(String entry) {
            try {
                return Path.of(entry).toUri().toURL();
            } catch (java.net.MalformedURLException e) {
                throw new AssertionError(e);
            }
        }
    }
}
