package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;

/// One conversation with the hub: what files are like, and their content. Follows redirects itself, because the first
/// answer has the headers that matter, and because the token goes to no other host.
final class HubClient implements AutoCloseable {

    private static final int MAX_REDIRECTS = 10;
    private static final int MAX_ATTEMPTS = 5;
    private static final int MAX_PORT = 65535;
    private static final int MAX_REMARK = 200;
    private static final String AGENT = "logitlens";

    /// An attempt failed in a way that may pass.
    static final class PassingException extends Exception {

        private static final long serialVersionUID = 1L;

        private final HubException outcome;
        private final Duration pause;

        PassingException(HubException outcome, Duration pause) {
            super(outcome);
            this.outcome = outcome;
            this.pause = pause;
        }

        PassingException(HubException outcome) {
            this(outcome, Duration.ZERO);
        }

        /// What to throw if it does not pass.
        HubException outcome() {
            return outcome;
        }
    }

    /// One attempt at something.
    @FunctionalInterface
    interface Attempt<T> {
        T make() throws PassingException, IOException, InterruptedException;
    }

    private record Answer(URI uri, HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {

        /// To be called once, else the connection stays open.
        HttpBody body() {
            return new HttpBody(response.body());
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name).map(String::strip).filter(value -> !value.isEmpty());
        }
    }

    private final URI endpoint;
    private final HubToken token;
    private final boolean ownEndpoint;
    private final HubTiming timing;
    private final HubProxies proxies;
    private final ProxyTunnel tunnel;
    private final HttpClient http;

    /// @throws HubException if a setting cannot be used
    HubClient(HubEnvironment environment, HubTiming timing) {
        this.endpoint = environment.endpoint();
        this.ownEndpoint = environment.hasOwnEndpoint();
        this.token = environment.token();
        this.timing = timing;
        this.proxies = environment.proxies();
        HttpClient.Builder builder = HttpClient.newBuilder().followRedirects(Redirect.NEVER).version(Version.HTTP_1_1)
                .connectTimeout(timing.connect());
        Optional<SSLContext> trust = environment.trust();
        trust.ifPresent(builder::sslContext);
        this.tunnel = new ProxyTunnel(timing, trust.map(SSLContext::getSocketFactory)
                .orElseGet(() -> (SSLSocketFactory) SSLSocketFactory.getDefault()));
        this.http = builder.proxy(proxies.selector(tunnel)).build();
    }

    HubTiming timing() {
        return timing;
    }

    private URI address(RepoId repo, String revision, String file) {
        return URI.create(endpoint + "/" + repo + "/resolve/" + encoded(revision) + "/" + encoded(file));
    }

    /// Percent-encodes all but unreserved characters and slashes.
    private static String encoded(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean unreserved = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
                    || "-._~/".indexOf(b) >= 0;
            out.append(unreserved ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xFF));
        }
        return out.toString();
    }

    /// Asks what a file is like.
    ///
    /// @throws HubException if there is no such file, or no answer
    RemoteFile head(RepoId repo, String revision, String file) {
        String what = what(repo, file);
        return attempts(what, () -> {
            URI uri = address(repo, revision, file);
            for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
                Answer answer = send(what, uri, HttpRequest.newBuilder().HEAD());
                answer.body();
                int status = answer.response().statusCode();
                if (isRedirect(status)) {
                    URI next = next(what, uri, answer);
                    // The way to a large file's bytes leads to another host; this answer has its headers.
                    if (answer.header("X-Linked-Etag").isPresent() || !isSameOrigin(next, endpoint)) {
                        return describe(what, revision, file, answer);
                    }
                    uri = next;
                } else {
                    requireSuccess(what, answer);
                    return describe(what, revision, file, answer);
                }
            }
            throw tooManyRedirects(what);
        });
    }

    private RemoteFile describe(String what, String revision, String file, Answer answer) {
        String commit = commit(what, revision, answer);
        Optional<String> size = answer.header("X-Linked-Size")
                .or(() -> isRedirect(answer.response().statusCode()) ? Optional.empty()
                        : answer.header("Content-Length"));
        long bytes = -1;
        if (size.isPresent()) {
            bytes = parse(size.get()).orElseThrow(() -> bad(what, "a size", size));
        }
        String tag = answer.header("X-Linked-Etag").or(() -> answer.header("ETag")).orElse("");
        boolean weak = tag.startsWith("W/");
        String etag = unquoted(weak ? tag.substring(2) : tag);
        // A weak tag promises no bytes, so it is no hash of them.
        return !weak && ContentHash.isHash(etag)
                ? new RemoteFile(file, commit, etag, ContentHash.ofEtag(etag, bytes), bytes)
                : new RemoteFile(file, commit, blobName(commit, file, tag, bytes), Optional.empty(), bytes);
    }

    /// The commit that an answer names. A mirror may leave it out: then the revision asked for takes its place.
    private String commit(String what, String revision, Answer answer) {
        Optional<String> commit = answer.header("X-Repo-Commit");
        boolean page = answer.header("Content-Type").orElse("").startsWith("text/html");
        if (commit.isEmpty() && ownEndpoint && !page) {
            return revision;
        }
        return commit.filter(HubCache::isCommit).orElseThrow(() -> new HubException(Reason.BAD_RESPONSE, what
                + ": expected a commit in the header X-Repo-Commit, got "
                + commit.map(token::redact).map(Text::quote).orElse("none")
                + (ownEndpoint ? " (the server that HF_ENDPOINT names is no mirror of the hub)"
                        : " (something between here and the hub answered in its place)")));
    }

    private static String unquoted(String etag) {
        return etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")
                ? etag.substring(1, etag.length() - 1) : etag;
    }

    /// A name for a file's content whose entity tag is none, or one that other files may have too.
    private static String blobName(String commit, String file, String tag, long bytes) {
        ContentHash.Running hash = ContentHash.sha256("").start();
        hash.add(ByteBuffer.wrap((commit + "\n" + file + "\n" + tag + "\n" + bytes).getBytes(StandardCharsets.UTF_8)));
        return "untagged-" + hash.finish();
    }

    private static Optional<Long> parse(String digits) {
        return digits.matches("\\d{1,18}") ? Optional.of(Long.parseLong(digits)) : Optional.empty();
    }

    /// A file's bytes from `start` to its end.
    ///
    /// @param start what the server was asked for and has confirmed, 0 if it sends all
    record Content(long start, HttpBody body) {
    }

    /// Asks for a file's bytes from `start` on; a server may send all of them nevertheless.
    ///
    /// @throws PassingException if a second attempt may help
    Content get(RepoId repo, RemoteFile file, long start) throws PassingException, IOException, InterruptedException {
        String what = what(repo, file.name());
        URI uri = address(repo, file.commit(), file.name());
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpRequest.Builder request = HttpRequest.newBuilder().GET();
            if (start > 0) {
                request.header("Range", "bytes=" + start + "-");
            }
            Answer answer = send(what, uri, request);
            HttpBody body = answer.body();
            try {
                int status = answer.response().statusCode();
                if (isRedirect(status)) {
                    body.close();
                    uri = next(what, uri, answer);
                } else if (status == 416 && start > 0) {
                    throw new PassingException(bad(what, "the rest of the file", Optional.of("status 416")));
                } else {
                    requireSuccess(what, answer);
                    return new Content(start(what, file, start, answer), body);
                }
            } catch (PassingException | RuntimeException | Error e) {
                body.close();
                throw e;
            }
        }
        throw tooManyRedirects(what);
    }

    /// The first byte of a file's content; none where it does not come at the first attempt.
    Optional<Byte> firstByte(RepoId repo, RemoteFile file) {
        try (HttpBody body = get(repo, file, 0).body()) {
            return body.next(timing.stall()).stream().filter(ByteBuffer::hasRemaining).findFirst().map(ByteBuffer::get);
        } catch (PassingException | IOException _) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw interrupted(what(repo, file.name()), e);
        }
    }

    /// Where the bytes of an answer begin.
    private static long start(String what, RemoteFile file, long asked, Answer answer) throws PassingException {
        if (answer.response().statusCode() != 206) {
            Optional<Long> length = answer.header("Content-Length").flatMap(HubClient::parse);
            if (file.bytes() >= 0 && length.isPresent() && length.get() != file.bytes()) {
                throw new PassingException(new HubException(Reason.WRONG_SIZE,
                        what + ": expected " + file.bytes() + " bytes, got " + length.get()));
            }
            return 0;
        }
        String range = answer.header("Content-Range").orElse("");
        if (asked == 0 || !range.matches("bytes " + asked + "-\\d+/(\\d+|\\*)")
                || file.bytes() >= 0 && !range.matches(
                        "bytes \\d+-" + (file.bytes() - 1) + "/(" + file.bytes() + "|\\*)")) {
            throw new PassingException(badResponse(what, "bytes from " + asked + " on", Optional.of(range)));
        }
        return asked;
    }

    /// Sends a request, with the token if it goes to the hub and nobody on the way can read it. Without a connection
    /// the exception's outcome is [Reason#UNREACHABLE].
    private Answer send(String what, URI uri, HttpRequest.Builder request)
            throws PassingException, IOException, InterruptedException {
        request.uri(uri).timeout(timing.answer()).header("Accept-Encoding", "identity").header("User-Agent", AGENT);
        if (token.isPresent() && isSameOrigin(uri, endpoint) && keepsSecrets(uri)) {
            request.header("Authorization", token.authorization());
        }
        Optional<HubProxy> proxy = proxies.find(uri);
        if (proxy.isPresent()) {
            authorize(request, proxy.get(), uri);
        }
        try {
            Answer answer = new Answer(uri, http.send(request.build(), BodyHandlers.ofPublisher()));
            if (answer.response().statusCode() == 407) {
                throw new HubException(Reason.UNREACHABLE, what
                        + ": the proxy does not let it through without the right user "
                        + "and password, as in HTTPS_PROXY=http://user:password@host:port (status 407)");
            }
            return answer;
        } catch (IllegalArgumentException e) {
            // What the JDK makes of some headers that break HTTP.
            throw new IOException(String.valueOf(e.getMessage()), e);
        } catch (UncheckedIOException e) {
            // This machine has no socket for the tunnel.
            throw e.getCause();
        } catch (ConnectException | HttpTimeoutException | SSLException e) {
            throw unreachable(what, uri, proxy, e);
        } catch (IOException e) {
            // What the JDK says when a proxy makes no tunnel.
            if (proxy.isPresent() && String.valueOf(e.getMessage()).startsWith("Tunnel failed")) {
                throw unreachable(what, uri, proxy, e);
            }
            throw e;
        }
    }

    private void authorize(HttpRequest.Builder request, HubProxy proxy, URI uri) {
        if (tunnel.serves(proxy, uri)) {
            request.header("Proxy-Authorization", tunnel.authorization());
        } else if (proxy.isSecure()) {
            throw new HubException(Reason.BAD_SETTING, proxy.variable()
                    + ": expected a proxy that is spoken to without TLS for "
                    + "addresses that are, got one of scheme 'https'");
        } else if (proxy.authorization().isPresent()) {
            request.header("Proxy-Authorization", proxy.authorization().get());
        }
    }

    private PassingException unreachable(String what, URI uri, Optional<HubProxy> proxy, IOException e) {
        String got;
        String hint = proxy.isPresent() ? "" : "; HTTPS_PROXY names a proxy, if there is one";
        if (Certificates.isUntrusted(e)) {
            got = "a certificate that is not trusted here, '" + e.getMessage() + "'";
            hint = "; SSL_CERT_FILE or REQUESTS_CA_BUNDLE names a file of trusted ones, -Djavax.net.ssl.trustStore a trust store";
        } else {
            got = switch (e) {
                case HttpTimeoutException _ -> "none within " + seconds(timing.answer());
                case SSLException _ -> "'" + e.getMessage() + "'";
                case ConnectException _ -> "no connection";
                default -> "no tunnel to it (" + tunnel.failure().orElse(e.getMessage()) + ")";
            };
        }
        String way = proxy.map(named -> ", by way of " + named).orElse("");
        String hub = ownEndpoint ? "HF_ENDPOINT names this hub" : "HF_ENDPOINT names another hub";
        String whose = isSameOrigin(uri, endpoint) ? hub : "the hub sends here for the file";
        return new PassingException(new HubException(Reason.UNREACHABLE, what + ": expected an answer from "
                + uri.getHost() + way
                + ", got " + got + " (" + whose + hint + ")", e));
    }

    /// Whether what is sent to an address is read by nobody on the way.
    static boolean keepsSecrets(URI uri) {
        return HubProxies.isSecure(uri) || HubProxies.isLoopback(uri.getHost());
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }

    private static boolean isRedirect(int status) {
        return status >= 301 && status <= 303 || status == 307 || status == 308;
    }

    private static URI next(String what, URI from, Answer answer) {
        return next(what, from, answer.header("Location").orElse(""));
    }

    /// Where a redirect leads. The query is no part of messages: it signs the address.
    static URI next(String what, URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException _) {
            throw new HubException(Reason.BAD_REDIRECT, what + ": expected an address to go on at, got another text");
        }
        String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        boolean web = scheme.equals("https") || scheme.equals("http");
        if (location.isEmpty() || !web || to.getHost() == null || to.getRawUserInfo() != null
                || to.getPort() > MAX_PORT) {
            throw new HubException(Reason.BAD_REDIRECT, what + ": expected a redirect to a web address, got "
                    + (location.isEmpty() ? "none" : "one of scheme " + Text.quote(scheme)));
        }
        if (scheme.equals("http") && "https".equalsIgnoreCase(from.getScheme())) {
            throw new HubException(Reason.BAD_REDIRECT,
                    what + ": expected a redirect to https, got http on host " + to.getHost());
        }
        return to;
    }

    private static HubException tooManyRedirects(String what) {
        return new HubException(Reason.BAD_REDIRECT,
                what + ": expected at most " + MAX_REDIRECTS + " redirects, got more");
    }

    static boolean isSameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme()) && a.getHost().equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private void requireSuccess(String what, Answer answer) throws PassingException {
        int status = answer.response().statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        if (status == 408 || status == 429 || status >= 500) {
            Duration pause = answer.header("Retry-After").flatMap(HubClient::parse).map(Duration::ofSeconds)
                    .orElse(Duration.ZERO);
            throw new PassingException(status == 429
                    ? new HubException(Reason.RATE_LIMITED, what + ": the hub answers too many requests from here "
                            + "(status 429); a token in HF_TOKEN raises the limit" + remark(answer))
                    : new HubException(Reason.SERVER_ERROR,
                            what + ": expected the file, got status " + status + remark(answer)), pause);
        }
        String code = answer.header("X-Error-Code").orElse("");
        throw switch (code) {
            case "RepoNotFound" -> notFound(what, answer);
            case "GatedRepo" -> new HubException(Reason.GATED, what + ": the model's conditions have to be accepted "
                    + "on its page first, and HF_TOKEN has to hold a token of that account" + remark(answer));
            case "RevisionNotFound" -> new HubException(Reason.REVISION_NOT_FOUND,
                    what + ": the model has no such revision" + remark(answer));
            case "EntryNotFound" -> new HubException(Reason.FILE_NOT_FOUND,
                    what + ": the model has no such file" + remark(answer));
            default -> switch (status) {
                case 401 -> token.isPresent()
                        ? new HubException(Reason.UNAUTHORIZED, what + (keepsSecrets(endpoint)
                                ? ": the hub does not accept the token in HF_TOKEN"
                                : ": the hub wants a token, and HF_TOKEN was not sent: HF_ENDPOINT is not https")
                                + remark(answer))
                        : notFound(what, answer);
                case 403 -> new HubException(Reason.FORBIDDEN, what + ": access denied" + remark(answer));
                case 404 -> new HubException(Reason.FILE_NOT_FOUND, what + ": no such file" + remark(answer));
                default -> new HubException(Reason.BAD_RESPONSE,
                        what + ": expected the file, got status " + status + remark(answer));
            };
        };
    }

    private HubException notFound(String what, Answer answer) {
        return new HubException(Reason.REPOSITORY_NOT_FOUND, what + ": " + endpoint.getHost()
                + " has no such model, or it is private" + (token.isPresent() ? "" : " and needs a token in HF_TOKEN")
                + (token.isPresent() && !keepsSecrets(endpoint)
                        ? " (HF_TOKEN was not sent: HF_ENDPOINT is not https)" : "")
                + remark(answer));
    }

    /// What the server has to say, on one line.
    private String remark(Answer answer) {
        String text = token.redact(answer.header("X-Error-Message").orElse(""));
        return text.isEmpty() ? "" : ": " + Text.quote(text.substring(0, Math.min(text.length(), MAX_REMARK)));
    }

    private HubException bad(String what, String expected, Optional<String> got) {
        return badResponse(what, expected, got.map(token::redact));
    }

    private static HubException badResponse(String what, String expected, Optional<String> got) {
        return new HubException(Reason.BAD_RESPONSE,
                what + ": expected " + expected + ", got " + got.map(Text::quote).orElse("none"));
    }

    static String what(RepoId repo, String file) {
        return "file " + Text.quote(file) + " of model '" + repo + "'";
    }

    /// Makes attempts until one succeeds, or fails in a way that will not pass.
    private <T> T attempts(String what, Attempt<T> attempt) {
        Retries retries = retries(what);
        while (true) {
            try {
                return attempt.make();
            } catch (PassingException | IOException e) {
                // Without a network, a second attempt only costs the user's time.
                if (e instanceof PassingException passing && passing.outcome().reason() == Reason.UNREACHABLE) {
                    throw passing.outcome();
                }
                retries.failed(e);
            } catch (InterruptedException e) {
                throw interrupted(what, e);
            }
        }
    }

    Retries retries(String what) {
        return new Retries(what);
    }

    static HubException interrupted(String what, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new HubException(Reason.INTERRUPTED, what + ": interrupted while downloading", e);
    }

    /// Counts failures and waits after each.
    final class Retries {

        private final String what;
        private int failures;

        private Retries(String what) {
            this.what = what;
        }

        /// Progress was made: it is as if nothing had failed yet.
        void restart() {
            failures = 0;
        }

        /// Waits for the next attempt, or throws because there have been enough.
        void failed(Exception e) {
            if (++failures >= MAX_ATTEMPTS) {
                throw e instanceof PassingException passing ? passing.outcome()
                        : new HubException(e instanceof HttpBody.StalledException ? Reason.STALLED
                                : Reason.BROKEN_TRANSFER, what + ": expected the file, got a broken connection "
                                + MAX_ATTEMPTS + " times: " + token.redact(String.valueOf(e.getMessage())), e);
            }
            Duration pause = timing.firstPause().multipliedBy(1L << failures - 1);
            if (e instanceof PassingException passing && passing.pause.compareTo(pause) > 0) {
                pause = passing.pause;
            }
            if (pause.compareTo(timing.patience()) > 0) {
                pause = timing.patience();
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException interruption) {
                throw interrupted(what, interruption);
            }
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        tunnel.close();
    }
}
