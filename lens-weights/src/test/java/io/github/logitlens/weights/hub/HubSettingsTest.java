package io.github.logitlens.weights.hub;

import static io.github.logitlens.weights.hub.CacheDirectory.NAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.hub.HubException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Networks as companies have them: proxies, authorities of their own, mirrors that know less than the hub.
@Timeout(60)
class HubSettingsTest {

    private static final String TOKEN = "hf_SecretSecretSecret";
    private static final char[] PASSWORD = "password".toCharArray();

    private static final Path KEYS = Path.of("src/test/resources/io/github/logitlens/weights/hub");
    /// The certificate of the TLS hub, which vouches for itself, and its key; another one. They are for tests only:
    /// `keytool -genkeypair -keyalg EC -dname CN=company -ext
    /// SAN=dns:localhost,ip:127.0.0.1,dns:hub.example,dns:huggingface.co -validity 36500 -keystore company.p12
    /// -storepass password`, then `keytool -exportcert -rfc`.
    private static final Path AUTHORITY = KEYS.resolve("company.pem");
    private static final Path OTHER_AUTHORITY = KEYS.resolve("other.pem");

    private static SSLContext serverContext;

    @TempDir
    Path dir;

    private FakeHub server;
    private byte[] weights;

    @BeforeAll
    static void readTheKey() throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(KeyStore.getInstance(KEYS.resolve("company.p12").toFile(), PASSWORD), PASSWORD);
        serverContext = SSLContext.getInstance("TLS");
        serverContext.init(managers.getKeyManagers(), null, null);
    }

    @BeforeEach
    void start() throws IOException {
        weights = new byte[211];
        new Random(1).nextBytes(weights);
        server = FakeHub.withModel(weights);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CacheDirectory cache() {
        return new CacheDirectory(dir);
    }

    private FakeHub secureHub() throws IOException {
        return new FakeHub("https", serverContext.getServerSocketFactory()).model(weights);
    }

    /// A hub at `endpoint`; an empty one is Hugging Face's.
    private ModelHub hubAt(String endpoint, String... variables) {
        Map<String, String> environment = new HashMap<>(cache().environment(endpoint, variables));
        environment.values().removeIf(String::isEmpty);
        return ModelHub.of(environment, CacheDirectory.QUICK);
    }

    private HubException fails(Reason reason, ModelHub hub) {
        HubException e = assertThrows(HubException.class, () -> hub.resolve(NAME));
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertFalse(e.getMessage().contains("Secret") || e.getMessage().contains("p@ss"), e.getMessage());
        return e;
    }

    private void isComplete(Path snapshot) throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            assertTrue(MessageDigest.isEqual(server.content(file), Files.readAllBytes(snapshot.resolve(file))), file);
        }
        assertTrue(cache().listing().stream().noneMatch(path -> path.endsWith(".incomplete")),
                cache().listing().toString());
    }

    @Nested
    class Proxies {

        private String proxy(String userAndPassword) {
            return "http://" + userAndPassword + "127.0.0.1:" + server.port();
        }

        @ParameterizedTest
        @ValueSource(strings = {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"})
        void whatIsNotHttpsGoesThroughTheProxyOfEitherSpelling(String variable) throws IOException {
            isComplete(hubAt("http://hub.example", variable, proxy("")).resolve(NAME));
            assertTrue(server.requests().getFirst().path().startsWith("http://hub.example/someone/tiny/resolve/"));
            assertEquals("", server.requests().getFirst().header("Proxy-Authorization"));
        }

        @Test
        void userAndPasswordGoToTheProxyOnly() throws IOException {
            isComplete(hubAt("http://hub.example", "HTTP_PROXY", proxy("some%20one:p%40ss%3Aé@")).resolve(NAME));
            String basic = "Basic " + Base64.getEncoder().encodeToString("some one:p@ss:é".getBytes(StandardCharsets.UTF_8));
            for (FakeHub.Request request : server.requests()) {
                boolean proxied = request.path().startsWith("http://");
                assertEquals(proxied ? basic : "", request.header("Proxy-Authorization"), request.toString());
            }
            assertTrue(server.requests().stream().anyMatch(request -> request.path().startsWith("/storage/")));
        }

        @Test
        void httpsGoesThroughATunnelWithUserAndPassword() throws IOException {
            try (FakeHub secure = secureHub(); FakeProxy proxy = new FakeProxy(secure.port(), "200 OK")) {
                isComplete(hubAt("https://hub.example", "HTTPS_PROXY", "http://one:p%40ss@" + proxy.address(),
                        "SSL_CERT_FILE",
                        AUTHORITY.toString()).resolve(NAME));
                assertTrue(proxy.heads().getFirst().startsWith("CONNECT hub.example:443 HTTP/1.1\r\n"),
                        proxy.heads().toString());
                String basic = "Basic " + Base64.getEncoder().encodeToString("one:p@ss".getBytes(StandardCharsets.UTF_8));
                for (String head : proxy.heads()) {
                    assertTrue(head.contains("\r\nProxy-Authorization: " + basic + "\r\n"), head);
                }
                for (FakeHub.Request request : secure.requests()) {
                    assertEquals("", request.header("Proxy-Authorization"), request.toString());
                }
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "one:two@"})
        void aTunnelNeedsNoPasswordToBeOne(String userAndPassword) throws IOException {
            try (FakeHub secure = secureHub(); FakeProxy proxy = new FakeProxy(secure.port(), "200 OK")) {
                isComplete(hubAt("https://hub.example", "https_proxy", userAndPassword + proxy.address(),
                        "SSL_CERT_FILE",
                        AUTHORITY.toString()).resolve(NAME));
                assertEquals(!userAndPassword.isEmpty(),
                        proxy.heads().getFirst().contains("Proxy-Authorization: Basic "));
            }
        }

        @Test
        void aProxyMayBeSpokenToOverTls() throws IOException {
            try (FakeHub secure = secureHub(); FakeProxy proxy = secureProxy(secure, "127.0.0.1")) {
                isComplete(hubAt("https://hub.example", "HTTPS_PROXY", "https://" + proxy.address(), "SSL_CERT_FILE",
                        AUTHORITY.toString()).resolve(NAME));
                assertTrue(proxy.heads().getFirst().startsWith("CONNECT hub.example:443"), proxy.heads().toString());
            }
        }

        private FakeProxy secureProxy(FakeHub target, String address) throws IOException {
            return new FakeProxy(target.port(), "200 OK", serverContext.getServerSocketFactory()
                    .createServerSocket(0, 100, InetAddress.getByName(address)));
        }

        /// The certificate is for another address, and nobody gets the password.
        @Test
        @EnabledOnOs(OS.LINUX)
        void aProxyThatIsNotTheOneThatWasNamedGetsNothing() throws IOException {
            try (FakeHub secure = secureHub(); FakeProxy proxy = secureProxy(secure, "127.0.0.2")) {
                String message = fails(Reason.UNREACHABLE, hubAt("https://hub.example", "HTTPS_PROXY",
                        "https://one:two@" + proxy.address(), "SSL_CERT_FILE", AUTHORITY.toString())).getMessage();
                assertTrue(message.contains("got no tunnel to it (") && message.contains("127.0.0.2 found"), message);
                assertEquals(List.of(), proxy.heads());
            }
        }

        @ParameterizedTest
        @CsvSource({"'', 407 Who, HTTPS_PROXY=http://user:password@host:port",
                "one:p%40ss@, 407 Who, HTTPS_PROXY=http://user:",
            "'', 502 No, that HTTPS_PROXY names", "one:p%40ss@, 502 No, that HTTPS_PROXY names",
            "'', 403 Never, that HTTPS_PROXY names"})
        void aProxyThatMakesNoTunnelIsNamed(String userAndPassword, String answer, String named) throws IOException {
            try (FakeProxy proxy = new FakeProxy(server.port(), answer)) {
                String message = fails(Reason.UNREACHABLE, hubAt("https://hub.example", "HTTPS_PROXY",
                        userAndPassword + proxy.address())).getMessage();
                assertTrue(message.contains(named), message);
                assertEquals(1, proxy.heads().size());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://127.0.0.1:1", "http://one:p%40ss@127.0.0.1:1"})
        void aProxyThatIsNotThereIsNamed(String address) {
            String message = fails(Reason.UNREACHABLE, hubAt("https://hub.example", "https_proxy",
                    address)).getMessage();
            assertTrue(message.contains("by way of the proxy 127.0.0.1:1 that https_proxy names"), message);
        }

        @Test
        void withoutAProxyTheMessageSaysWhatWouldNameOne() {
            String message = fails(Reason.UNREACHABLE, hubAt("http://127.0.0.1:1")).getMessage();
            assertTrue(message.endsWith("expected an answer from 127.0.0.1, got no connection (HF_ENDPOINT names this hub; HTTPS_PROXY "
                    + "names a proxy, if there is one)"), message);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {"socks5://127.0.0.1:1080|got one of scheme 'socks5'",
                "http://|an address such as",
            "http://h:0|an address such as", "http://h:70000|an address such as",
            "http://one:p%4@h:1|two hexadecimal digits",
            "h:x|an address such as", "http://one:p@ss@h h:1|an address such as"})
        void whatIsNoProxyIsRefusedUnrepeated(String value, String message) {
            HubException e = fails(Reason.BAD_SETTING, hubAt("https://hub.example", "HTTPS_PROXY", value));
            assertTrue(e.getMessage().startsWith("HTTPS_PROXY: expected ") && e.getMessage().contains(message),
                    e.getMessage());
        }

        @ParameterizedTest
        @CsvSource({"http://one:two@proxy.example:3128/, proxy.example, 3128", "proxy.example, proxy.example, 80",
            "https://proxy.example, proxy.example, 443", "one:t@wo@proxy.example:8080, proxy.example, 8080",
            "http://[::1]:3128, ::1, 3128", "HTTP://10.0.0.1:3128, 10.0.0.1, 3128"})
        void addressesOfProxiesAreReadAsTheyAreWritten(String value, String host, int port) {
            HubProxy proxy = HubProxy.parse("HTTPS_PROXY", value);
            assertEquals(host, proxy.host());
            assertEquals(port, proxy.port());
            assertFalse(proxy.toString().contains("one"), proxy.toString());
        }

        @Test
        void aTlsProxyIsNoneForWhatIsNotHttps() {
            String message = fails(Reason.BAD_SETTING, hubAt("http://hub.example", "HTTP_PROXY",
                    "https://127.0.0.1:1")).getMessage();
            assertTrue(message.startsWith("HTTP_PROXY: "), message);
        }

        /// Which proxy the environment gives an address: the name of the variable, or nothing.
        private static String found(String address, String... variables) {
            Map<String, String> environment = new HashMap<>();
            for (int i = 0; i < variables.length; i += 2) {
                environment.put(variables[i], variables[i + 1]);
            }
            return new HubEnvironment(environment).proxies().find(URI.create(address)).map(HubProxy::variable).orElse("");
        }

        @Test
        void smallLettersComeFirstEvenEmpty() {
            assertEquals("HTTPS_PROXY", found("https://a.b", "HTTPS_PROXY", "x", "HTTP_PROXY", "y", "ALL_PROXY", "z"));
            assertEquals("HTTP_PROXY", found("http://a.b", "HTTPS_PROXY", "x", "HTTP_PROXY", "y", "ALL_PROXY", "z"));
            assertEquals("https_proxy", found("https://a.b", "HTTPS_PROXY", "x", "https_proxy", "y"));
            assertEquals("", found("https://a.b", "HTTPS_PROXY", "x", "https_proxy", ""));
            assertEquals("ALL_PROXY", found("https://a.b", "HTTPS_PROXY", "", "ALL_PROXY", "z"));
            assertEquals("", found("https://a.b", "HTTP_PROXY", "x"));
            assertEquals("HTTPS_PROXY", found("https://a.b", "HTTPS_PROXY", "x", "NO_PROXY", "a.b", "no_proxy", ""));
        }

        @ParameterizedTest
        @ValueSource(strings = {"a.example", "A.Example", ".example", "example", "*.example", "x, a.example",
                "x a.example", "*",
            "a.example:443", "a.example.", "x,example:443,y"})
        void hostsInNoProxyAreAskedDirectly(String direct) {
            for (String variable : List.of("NO_PROXY", "no_proxy")) {
                assertEquals("", found("https://a.example/x", "HTTPS_PROXY", "x", variable, direct));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " ", "b.example", "ample", "a.example:444", "a.example.org", "xa.example", ".",
                "10.0.0.0/8", ":443"})
        void othersAreNot(String direct) {
            assertEquals("HTTPS_PROXY", found("https://a.example/x", "HTTPS_PROXY", "x", "NO_PROXY", direct));
        }

        @ParameterizedTest
        @CsvSource({"https://10.1.2.3, 10.1.2.3", "https://10.1.2.3, 10.0.0.0/8",
                "https://10.1.2.3:8443, 10.1.2.3:8443",
            "https://172.31.255.1, 172.16.0.0/12", "https://[fd00::1], fd00::1",
            "https://[fd00::1]:8443, [fd00::1]:8443",
            "https://[fd00::1], fd00::/8", "https://10.1.2.3, 0.0.0.0/0"})
        void soAreAddressesAndRanges(String address, String direct) {
            assertEquals("", found(address, "HTTPS_PROXY", "x", "NO_PROXY", direct));
        }

        @ParameterizedTest
        @CsvSource({"https://10.1.2.3, 10.1.2.4", "https://10.1.2.3, 11.0.0.0/8", "https://172.32.0.1, 172.16.0.0/12",
            "https://10.1.2.3, 2.3", "https://10.1.2.3, 10.0.0.0/33", "https://10.1.2.3, 10.0.0.0/x",
            "https://[fd00::1], fe00::/8",
            "https://10.1.2.3, fd00::/8"})
        void otherAddressesAreNot(String address, String direct) {
            assertEquals("HTTPS_PROXY", found(address, "HTTPS_PROXY", "x", "NO_PROXY", direct));
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1", "http://127.9.9.9:80", "http://[::1]:80",
                "http://LOCALHOST"})
        void thisMachineIsAlwaysAskedDirectly(String address) {
            assertEquals("", found(address, "HTTP_PROXY", "x"));
        }

        @Test
        void theJvmsOwnSettingsComeFirst() {
            System.setProperty("https.proxyHost", "other.example");
            try {
                assertEquals("", found("https://a.b", "HTTPS_PROXY", "x"));
                assertEquals("HTTP_PROXY", found("http://a.b", "HTTP_PROXY", "x"));
            } finally {
                System.clearProperty("https.proxyHost");
            }
        }

        /// Another user of this machine has no secret, and gets no tunnel with the password of this one.
        @ParameterizedTest
        @ValueSource(strings = {"CONNECT hub.example:443 HTTP/1.1\r\n\r\n",
            "CONNECT hub.example:443 HTTP/1.1\r\nProxy-Authorization: Bearer 00112233445566778899aabbccddeeff\r\n\r\n",
            "GET http://hub.example/ HTTP/1.1\r\n\r\n"})
        void theTunnelIsForThisProcessOnly(String request) throws IOException {
            try (FakeProxy proxy = new FakeProxy(server.port(), "200 OK");
                    ProxyTunnel tunnel = new ProxyTunnel(CacheDirectory.QUICK,
                            (SSLSocketFactory) SSLSocketFactory.getDefault());
                    Socket socket = new Socket()) {
                InetSocketAddress address = tunnel.address(HubProxy.parse("HTTPS_PROXY", "one:two@" + proxy.address()));
                assertTrue(address.getAddress().isLoopbackAddress());
                socket.connect(address);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                assertTrue(new String(in.readAllBytes(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 403 "));
                assertEquals(List.of(), proxy.heads());
            }
        }

        /// Whoever is connected to it, served or not yet, hears the end.
        @Test
        void aTunnelThatIsClosedEndsItsConnections() throws IOException {
            ProxyTunnel tunnel = new ProxyTunnel(CacheDirectory.QUICK,
                    (SSLSocketFactory) SSLSocketFactory.getDefault());
            InetSocketAddress address = tunnel.address(HubProxy.parse("HTTPS_PROXY", "one:two@127.0.0.1:1"));
            try (Socket socket = new Socket()) {
                socket.connect(address);
                tunnel.close();
                int end;
                try {
                    end = socket.getInputStream().read();
                } catch (SocketException _) {
                    end = -1;
                }
                assertEquals(-1, end);
            }
        }
    }

    @Nested
    class Authorities {

        @ParameterizedTest
        @ValueSource(strings = {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})
        void ofACompanyAreTrustedOnceNamed(String variable) throws IOException {
            try (FakeHub secure = secureHub()) {
                isComplete(hubAt(secure.endpoint(), variable, AUTHORITY.toString()).resolve(NAME));
            }
        }

        @Test
        void mayStandInADirectoryAndAmongOtherText() throws IOException {
            Path bundle = Files.createDirectory(dir.resolve("certs"));
            Files.writeString(bundle.resolve("notes.txt"), "nothing");
            Files.writeString(bundle.resolve("company.pem"),
                    "# Company é\nsubject=/CN=company\n-----BEGIN CERTIFICATE-----\nAAAA\n"
                    + "-----END CERTIFICATE-----\n" + Files.readString(AUTHORITY) + "trailing\n");
            Files.createDirectory(bundle.resolve("old"));
            try (FakeHub secure = secureHub()) {
                for (Path path : List.of(bundle, bundle.resolve("company.pem"))) {
                    isComplete(hubAt(secure.endpoint(), "SSL_CERT_FILE", path.toString()).download(NAME));
                }
            }
        }

        @Test
        void notNamedAreNotTrustedAndTheMessageSaysHowToNameThem() throws IOException {
            try (FakeHub secure = secureHub()) {
                String message = fails(Reason.UNREACHABLE, hubAt(secure.endpoint())).getMessage();
                assertTrue(message.contains("a certificate that is not trusted here")
                        && message.contains("SSL_CERT_FILE")
                        && message.contains("-Djavax.net.ssl.trustStore"), message);
                assertEquals(List.of(), secure.requests());
            }
        }

        /// Whoever names authorities means these and no others.
        @Test
        void replaceTheUsualOnes() throws IOException {
            try (FakeHub secure = secureHub()) {
                fails(Reason.UNREACHABLE, hubAt(secure.endpoint(), "REQUESTS_CA_BUNDLE", OTHER_AUTHORITY.toString(),
                        "SSL_CERT_FILE",
                        AUTHORITY.toString()));
            }
        }

        @Test
        void thatAreNoneAreRefusedWithTheVariable() throws IOException {
            Path empty = Files.writeString(dir.resolve("empty.pem"),
                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
            for (Path path : List.of(empty, dir.resolve("gone.pem"))) {
                String message = fails(Reason.BAD_SETTING, hubAt("https://127.0.0.1:1", "CURL_CA_BUNDLE",
                        path.toString())).getMessage();
                assertTrue(message.startsWith("CURL_CA_BUNDLE: expected a file of certificates in PEM form, got ")
                        && message.contains(path.toString()), message);
            }
        }

        @Test
        void aTrustStoreOfTheJvmComesFirst() {
            System.setProperty("javax.net.ssl.trustStore", "/some/store");
            try {
                assertEquals(Optional.empty(), new HubEnvironment(Map.of("SSL_CERT_FILE", "/gone")).trust());
            } finally {
                System.clearProperty("javax.net.ssl.trustStore");
            }
        }
    }

    @Nested
    class Mirrors {

        private static String hex(String algorithm, byte[] content) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }

        /// Every file straight from here, with `tag` for an entity tag; `SHA1`, `GIT` and `SHA256` in it are those
        /// hashes.
        private void tagged(String tag, byte[] instead) {
            server.handler = (request, out) -> {
                byte[] content = server.content(request.path().substring(request.path().lastIndexOf('/') + 1));
                if (content == null) {
                    server.serve(request, out);
                    return;
                }
                byte[] sent = instead.length > 0 && request.isFile("tokenizer.json") ? instead : content;
                String value = tag.replace("SHA1", hex("SHA-1", content)).replace("GIT", FakeHub.gitHash(content))
                        .replace("SHA256", hex("SHA-256", content)).replace("MD5", hex("MD5", content));
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                answer.writeBytes(FakeHub.headers("200 OK", "X-Repo-Commit: " + FakeHub.COMMIT,
                        value.isEmpty() ? "X-None: 1" : "ETag: " + value, "Content-Length: " + sent.length));
                answer.writeBytes(request.isHead() ? new byte[0] : sent);
                out.write(answer.toByteArray());
            };
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"SHA1\"", "\"GIT\"", "\"SHA256\"", "SHA1", "W/\"GIT\"", "W/\"29a-18c5d\"", "\"MD5\"",
                "",
            "\"{SHA1{SHA1}}\"", "\"../../evil\"", "\"..\"", "\"a\\b\"",
            "W/\"0123456789abcdef0123456789abcdef01234567\"",
            "\"29a:gzip\"", "W/\"\""})
        void mayTagFilesAsTheyLike(String tag) throws IOException {
            tagged(tag, new byte[0]);
            isComplete(cache().hub(server).resolve(NAME));
            try (Stream<Path> paths = Files.walk(dir)) {
                assertFalse(paths.anyMatch(path -> path.toString().contains("evil")));
            }
            int gets = (int) server.requests().stream().filter(request -> !request.isHead()).count();
            isComplete(cache().hub(server).download(NAME));
            assertEquals(gets, server.requests().stream().filter(request -> !request.isHead()).count(), "fetched once");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"SHA1\"", "\"GIT\"", "\"SHA256\""})
        void thatTagWithAHashAreHeldToIt(String tag) throws IOException {
            tagged(tag, "[]".getBytes(StandardCharsets.US_ASCII));
            HubException e = fails(Reason.WRONG_CONTENT, cache().hub(server));
            assertTrue(e.getMessage().contains("nothing was kept"), e.getMessage());
            assertTrue(cache().listing().stream().noneMatch(path -> path.endsWith("tokenizer.json")));
        }

        /// Forty digits that are no hash of the file are a hash of another.
        @Test
        void fortyDigitsThatAreNeitherHashAreRefused() {
            tagged("\"0123456789abcdef0123456789abcdef01234567\"", new byte[0]);
            fails(Reason.WRONG_CONTENT, cache().hub(server));
        }

        @Test
        void needNotNameCommits() throws IOException {
            withoutCommits("application/octet-stream");
            Path snapshot = cache().hub(server).resolve(NAME);
            isComplete(snapshot);
            assertEquals(cache().folder("models--someone--tiny/snapshots/main"), snapshot);
            assertFalse(Files.exists(cache().folder("models--someone--tiny/refs/main")));
            assertEquals(snapshot, cache().unreachable().resolve(NAME));
        }

        private void withoutCommits(String type) {
            server.handler = (request, out) -> {
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                server.serve(request, answer);
                out.write(answer.toString(StandardCharsets.ISO_8859_1).replaceFirst("X-Repo-Commit: [0-9a-f]*",
                        "Content-Type: " + type)
                        .getBytes(StandardCharsets.ISO_8859_1));
            };
        }

        @Test
        void thatAnswerWithPagesAreNone() {
            withoutCommits("text/html; charset=utf-8");
            String message = fails(Reason.BAD_RESPONSE, cache().hub(server)).getMessage();
            assertTrue(message.endsWith("expected a commit in the header X-Repo-Commit, got none (the server that HF_ENDPOINT names is no "
                    + "mirror of the hub)"), message);
        }

        /// Something that answers in the place of Hugging Face's own hub, such as the page of a hotel's network.
        @Test
        void areOnlyWhereHfEndpointNamesThem() throws IOException {
            try (FakeHub secure = secureHub(); FakeProxy proxy = new FakeProxy(secure.port(), "200 OK")) {
                secure.handler = (request, out) -> out.write(FakeHub.headers("200 OK", "ETag: \"x\"",
                        "Content-Length: 2"));
                String message = fails(Reason.BAD_RESPONSE, hubAt("", "HTTPS_PROXY", proxy.address(), "SSL_CERT_FILE",
                        AUTHORITY.toString())).getMessage();
                assertTrue(message.endsWith("(something between here and the hub answered in its place)"), message);
                assertTrue(proxy.heads().getFirst().startsWith("CONNECT huggingface.co:443"), proxy.heads().toString());
            }
        }
    }

    @Nested
    class TheToken {

        @Test
        void goesOverHttpToThisMachineOnly() throws IOException {
            isComplete(hubAt("http://hub.example", "HTTP_PROXY", "127.0.0.1:" + server.port(), "HF_TOKEN",
                    TOKEN).resolve(NAME));
            assertTrue(server.requests().stream().allMatch(request -> request.header("Authorization").isEmpty()));
            for (String address : List.of("https://hub.example", "http://localhost:1", "http://127.0.0.1",
                    "http://[::1]")) {
                assertTrue(HubClient.keepsSecrets(URI.create(address)), address);
            }
            for (String address : List.of("http://hub.example", "http://127.0.0.1.example", "http://localhost.example",
                    "http://10.0.0.1", "http://0.0.0.0")) {
                assertFalse(HubClient.keepsSecrets(URI.create(address)), address);
            }
        }

        @ParameterizedTest
        @CsvSource({"'', UNAUTHORIZED", "RepoNotFound, REPOSITORY_NOT_FOUND"})
        void thatWasNotSentIsNotSaidToBeWrong(String code, Reason reason) {
            server.handler = (request, out) -> out.write(FakeHub.headers("401 No", "X-Error-Code: " + code,
                    "Content-Length: 0"));
            String message = fails(reason, hubAt("http://hub.example", "HTTP_PROXY", "127.0.0.1:" + server.port(),
                    "HF_TOKEN", TOKEN))
                    .getMessage();
            assertTrue(message.contains("HF_TOKEN was not sent: HF_ENDPOINT is not https"), message);
        }

        @Test
        void isSentThroughATunnel() throws IOException {
            try (FakeHub secure = secureHub(); FakeProxy proxy = new FakeProxy(secure.port(), "200 OK")) {
                isComplete(hubAt("https://hub.example", "HTTPS_PROXY", "one:two@" + proxy.address(), "SSL_CERT_FILE",
                        AUTHORITY.toString(), "HF_TOKEN", TOKEN).resolve(NAME));
                assertEquals("Bearer " + TOKEN, secure.requests().getFirst().header("Authorization"));
                assertTrue(proxy.heads().stream().noneMatch(head -> head.contains(TOKEN)), proxy.heads().toString());
            }
        }
    }
}
