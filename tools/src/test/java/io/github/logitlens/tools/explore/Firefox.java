package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A headless Firefox. It speaks WebDriver BiDi by itself, over a web socket, so that no driver is needed beside it.
final class Firefox implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LISTENS = "WebDriver BiDi listening on ";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final String tab;

    private Firefox(Process process, URI address) {
        this.process = process;
        socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Listener()).join();
        ask("session.new", JSON.createObjectNode().set("capabilities", JSON.createObjectNode()));
        ask("session.subscribe", JSON.createObjectNode().set("events", JSON.createArrayNode().add("log.entryAdded")));
        tab = ask("browsingContext.getTree", JSON.createObjectNode()).at("/contexts/0/context").asText();
    }

    /// The browser; a test that asks is skipped, loudly, where there is none.
    ///
    /// @param profile an empty directory
    static Firefox start(String test, Path profile) throws IOException {
        Optional<Path> program = Stream.of("firefox-esr", "firefox").flatMap(name ->
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable).findFirst();
        if (program.isEmpty()) {
            System.out.println("*** SKIPPED: " + test + " drives the explorer's page in Firefox, and this machine has none "
                    + "(Debian: apt-get install firefox-esr) ***");
            Assumptions.abort("no browser");
        }
        Process process = new ProcessBuilder(program.get().toString(), "--headless", "--no-remote", "--remote-debugging-port", "0",
                "--profile", profile.toString(), "--width", "1400", "--height", "1000", "about:blank").redirectErrorStream(true).start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(LISTENS)) {
                Thread.ofVirtual().start(() -> out.lines().forEach(_ -> { }));
                return new Firefox(process, URI.create(line.substring(LISTENS.length()).strip() + "/session"));
            }
        }
        return fail("Firefox ended before it listened");
    }

    /// What comes over the socket: answers by their number, and what the page writes to its console.
    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard(json(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void heard(JsonNode message) {
            if (message.has("id")) {
                asked.remove(message.path("id").asInt()).complete(message);
            } else if (message.path("method").asText().equals("log.entryAdded")) {
                String level = message.at("/params/level").asText();
                if (level.equals("error") || level.equals("warn")) {
                    said.add(level + ": " + message.at("/params/text").asText());
                }
            }
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private JsonNode ask(String method, JsonNode parameters) {
        int id = next.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
        command.set("params", parameters);
        socket.sendText(command.toString(), true).join();
        JsonNode message = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (!message.path("type").asText().equals("success")) {
            fail(method + ": " + message);
        }
        return message.path("result");
    }

    private ObjectNode inTab() {
        return JSON.createObjectNode().put("context", tab);
    }

    /// Errors and warnings on the console.
    List<String> said() {
        return said;
    }

    /// Opens an address, and waits for its page.
    void open(String address) {
        ask("browsingContext.navigate", inTab().put("url", address).put("wait", "complete"));
    }

    void reload() {
        ask("browsingContext.reload", inTab().put("wait", "complete"));
    }

    /// The value of an expression of the page.
    JsonNode js(String expression) {
        ObjectNode parameters = JSON.createObjectNode().put("expression", "JSON.stringify(" + expression + " ?? null)").put("awaitPromise", true);
        parameters.set("target", inTab());
        JsonNode result = ask("script.evaluate", parameters);
        if (!result.path("type").asText().equals("success")) {
            fail(expression + ": " + result);
        }
        return json(result.at("/result/value").asText());
    }

    /// Waits until an expression of the page is true.
    void until(String expression) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!js("Boolean(" + expression + ")").asBoolean()) {
            if (System.nanoTime() > end) {
                fail("never came true: " + expression + "; the page says: " + js("document.querySelector('#status').textContent"));
            }
            ExplorerPage.pause(20);
        }
    }

    /// Presses keys one after the other where the focus is, as in WebDriver: U+E012 to U+E015 are the arrows, U+E007 is Enter.
    void type(String keys) {
        ArrayNode actions = JSON.createArrayNode();
        keys.codePoints().mapToObj(Character::toString).forEach(key -> {
            actions.addObject().put("type", "keyDown").put("value", key);
            actions.addObject().put("type", "keyUp").put("value", key);
        });
        perform("key", actions);
    }

    /// Clicks a place of the window.
    void click(double x, double y) {
        ArrayNode actions = JSON.createArrayNode();
        actions.addObject().put("type", "pointerMove").put("x", Math.round(x)).put("y", Math.round(y));
        actions.addObject().put("type", "pointerDown").put("button", 0);
        actions.addObject().put("type", "pointerUp").put("button", 0);
        perform("pointer", actions);
    }

    private void perform(String kind, ArrayNode actions) {
        ObjectNode source = JSON.createObjectNode().put("type", kind).put("id", kind);
        source.set("actions", actions);
        ask("input.performActions", inTab().set("actions", JSON.createArrayNode().add(source)));
    }

    /// The window as PNG.
    byte[] picture() {
        return Base64.getDecoder().decode(ask("browsingContext.captureScreenshot", inTab()).path("data").asText());
    }

    @Override
    public void close() {
        socket.abort();
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroy);
        all.forEach(each -> each.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
    }
}
