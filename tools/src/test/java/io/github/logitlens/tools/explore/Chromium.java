package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/// A headless Chromium and its driver, started once for all tests, where this machine has them.
final class Chromium {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    /// Held, or its level would be forgotten: it warns of every browser that is newer than itself.
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");
    /// The first steps would be offered in every test.
    private static final String NO_FIRST_VISIT =
            "try { if (!sessionStorage.first) { localStorage.setItem('lens-toured', '1'); } } catch { /* not here */ }";
    private static ChromeDriver driver;

    private Chromium() {
    }

    /// The browser; a test that asks is skipped, loudly, where there is none.
    static ChromeDriver start(String test) {
        if (driver == null) {
            Optional<Path> browser = BROWSERS.stream().flatMap(name -> find(name).stream()).findFirst();
            Optional<Path> chromedriver = find("chromedriver");
            if (browser.isEmpty() || chromedriver.isEmpty()) {
                System.out.println("*** SKIPPED: " + test + " drives the explorer's page in Chromium, and this machine has no "
                        + (browser.isEmpty() ? "chromium" : "chromedriver")
                        + " (Debian: apt-get install chromium chromium-driver) ***");
                Assumptions.abort("no browser");
            }
            driver = driver(browser.get(), chromedriver.get());
            Runtime.getRuntime().addShutdownHook(new Thread(driver::quit));
        }
        return driver;
    }

    private static Optional<Path> find(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(directory -> Path.of(directory, program)).filter(Files::isExecutable).findFirst();
    }

    private static ChromeDriver driver(Path browser, Path chromedriver) {
        SELENIUM.setLevel(Level.SEVERE);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.toFile());
        options.addArguments("--headless=new", "--disable-gpu", "--window-size=1400,1000", "--lang=en");
        if ("root".equals(System.getProperty("user.name"))) {
            options.addArguments("--no-sandbox");
        }
        options.setCapability("goog:loggingPrefs", logs);
        options.setExperimentalOption("perfLoggingPrefs", Map.of("enableNetwork", true, "enablePage", false));
        // Selenium would look for a driver in the network otherwise.
        System.setProperty("webdriver.chrome.driver", chromedriver.toString());
        ChromeDriver started = new ChromeDriver(options);
        started.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", NO_FIRST_VISIT));
        started.manage().timeouts().scriptTimeout(Duration.ofMinutes(1));
        return started;
    }

    /// Fails if the page wrote an error or a warning to the console, or asked any other host for anything.
    static void assertQuiet(URI own) {
        List<String> said = driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()).map(Object::toString).toList();
        assertEquals(List.of(), said, "the console");
        driver.manage().logs().get(LogType.PERFORMANCE).getAll().forEach(entry -> {
            JsonNode message = json(entry.getMessage()).path("message");
            if (message.path("method").asText().equals("Network.requestWillBeSent")) {
                String asked = message.at("/params/request/url").asText();
                if (!asked.startsWith(own.toString()) && !asked.startsWith("data:") && !asked.startsWith("blob:" + own)) {
                    fail("the page asked " + asked);
                }
            }
        });
    }

    /// Forgets what the console and the network log hold.
    static void forget() {
        driver.manage().logs().get(LogType.BROWSER);
        driver.manage().logs().get(LogType.PERFORMANCE);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Makes the window this wide and high, in pixels of the page.
    static void resize(int width, int height) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /// What the system says it likes: `light` or `dark`.
    static void prefer(String theme) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
    }

    /// Where downloads go from now on.
    static void downloadTo(Path directory) {
        driver.executeCdpCommand("Browser.setDownloadBehavior",
                Map.of("behavior", "allow", "downloadPath", directory.toString()));
    }

    /// The one file that appears in a directory.
    static Path downloaded(Path directory, String ending) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (System.nanoTime() < end) {
            try (Stream<Path> files = Files.list(directory)) {
                Optional<Path> file = files.filter(path -> path.toString().endsWith(ending)).findFirst();
                if (file.isPresent() && Files.size(file.get()) > 0) {
                    return file.get();
                }
            }
            Thread.sleep(30);
        }
        return fail("no " + ending + " was downloaded");
    }
}
