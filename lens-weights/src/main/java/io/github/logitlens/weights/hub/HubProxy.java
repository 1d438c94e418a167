package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.text.Text;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// A proxy that an environment variable names, `http://user:password@proxy.example:3128`. Its user and password are in
/// no message and no `toString`.
final class HubProxy {

    private static final int MAX_PORT = 65535;

    private final String variable;
    private final String host;
    private final int port;
    private final boolean secure;
    private final Optional<String> authorization;

    private HubProxy(String variable, String host, int port, boolean secure, Optional<String> authorization) {
        this.variable = variable;
        this.host = host;
        this.port = port;
        this.secure = secure;
        this.authorization = authorization;
    }

    /// Reads a variable's value. A scheme, user and password may be left out; those two may be percent-encoded.
    ///
    /// @throws HubException if it is no address of a proxy that speaks HTTP
    static HubProxy parse(String variable, String text) {
        String rest = text.strip();
        String scheme = "http";
        int colons = rest.indexOf("://");
        if (colons >= 0) {
            scheme = rest.substring(0, colons).toLowerCase(Locale.ROOT);
            rest = rest.substring(colons + 3);
        }
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw bad(variable, "a proxy that speaks HTTP, such as http://proxy.example:3128, got one of scheme "
                    + Text.quote(scheme));
        }
        int at = rest.lastIndexOf('@');
        Optional<String> authorization = at < 0 ? Optional.empty() : Optional.of("Basic "
                + Base64.getEncoder().encodeToString(decoded(variable, rest.substring(0, at))));
        String address = rest.substring(at + 1).replaceFirst("/.*$", "");
        int portColon = address.lastIndexOf(':');
        int firstColon = address.indexOf(':', address.indexOf(']') + 1);
        boolean hasPort = portColon > address.lastIndexOf(']') && portColon == firstColon;
        String host = (hasPort ? address.substring(0, portColon) : address).replaceFirst("^\\[(.*)\\]$", "$1");
        String digits = hasPort ? address.substring(portColon + 1) : scheme.equals("http") ? "80" : "443";
        int port = digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
        if (!host.matches("[A-Za-z0-9._:-]+") || port < 1 || port > MAX_PORT) {
            throw bad(variable, "an address such as http://proxy.example:3128, got something else");
        }
        return new HubProxy(variable, host, port, scheme.equals("https"), authorization);
    }

    private static HubException bad(String variable, String expected) {
        return new HubException(Reason.BAD_SETTING, variable + ": expected " + expected);
    }

    /// The bytes of `user:password`, each `%40` of which is one.
    private static byte[] decoded(String variable, String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw bad(variable, "user and password with two hexadecimal digits after each '%', got others");
                }
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.writeBytes(Character.toString(text.codePointAt(i)).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(text.codePointAt(i)) - 1;
            }
        }
        return out.toByteArray();
    }

    /// The variable that names it.
    String variable() {
        return variable;
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    /// Whether it is spoken to over TLS.
    boolean isSecure() {
        return secure;
    }

    /// The value of the header `Proxy-Authorization`.
    Optional<String> authorization() {
        return authorization;
    }

    InetSocketAddress address() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    /// For messages.
    @Override
    public String toString() {
        return "the proxy " + host + ":" + port + " that " + variable + " names";
    }
}
