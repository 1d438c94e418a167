package io.github.logitlens.weights.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Which requests go through which proxy: as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say, in the spelling of either
/// case, unless the JVM's own settings (`-Dhttps.proxyHost=…`) do. This machine itself is always asked directly.
final class HubProxies {

    private final Optional<HubProxy> http;
    private final Optional<HubProxy> https;
    private final List<String> direct;

    /// @param direct the entries of `NO_PROXY`: hosts, domains, addresses, ranges of addresses, with a port or without,
    ///               or `*`
    HubProxies(Optional<HubProxy> http, Optional<HubProxy> https, String direct) {
        this.http = http;
        this.https = https;
        this.direct = List.of(direct.toLowerCase(Locale.ROOT).strip().split("[,\\s]+"));
    }

    /// The proxy of the environment that an address is asked through, if it is.
    Optional<HubProxy> find(URI uri) {
        boolean secure = isSecure(uri);
        Optional<HubProxy> proxy = secure ? https : http;
        return proxy.isEmpty() || isLoopback(uri.getHost()) || isSetForTheJvm(secure) || isDirect(uri)
                ? Optional.empty() : proxy;
    }

    /// Whether the JVM's own settings name a proxy.
    private static boolean isSetForTheJvm(boolean secure) {
        return System.getProperty(secure ? "https.proxyHost" : "http.proxyHost") != null;
    }

    static boolean isSecure(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /// Whether a host is this machine, by its name alone.
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || literal(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    private static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(withoutBrackets(host)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private boolean isDirect(URI uri) {
        String host = withoutBrackets(uri.getHost().toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""));
        int port = uri.getPort() >= 0 ? uri.getPort() : isSecure(uri) ? 443 : 80;
        for (String entry : direct) {
            if (entry.equals("*") || !entry.isEmpty() && matches(entry, host, port)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String entry, String host, int port) {
        String name = entry;
        int colon = entry.lastIndexOf(':');
        boolean hasPort = colon > entry.lastIndexOf(']') && (colon == entry.indexOf(':') || entry.startsWith("["));
        if (hasPort) {
            if (!entry.substring(colon + 1).equals(String.valueOf(port))) {
                return false;
            }
            name = entry.substring(0, colon);
        }
        Optional<InetAddress> address = literal(host);
        if (address.isPresent()) {
            return isInRange(address.get(), withoutBrackets(name));
        }
        String domain = name.replaceFirst("^\\*?\\.+", "").replaceFirst("\\.$", "");
        return !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain));
    }

    /// Whether an address is `range`, or in it: `10.0.0.0/8`.
    private static boolean isInRange(InetAddress address, String range) {
        int slash = range.indexOf('/');
        Optional<InetAddress> start = literal(slash < 0 ? range : range.substring(0, slash));
        if (start.isEmpty() || start.get().getAddress().length != address.getAddress().length) {
            return false;
        }
        byte[] bytes = address.getAddress();
        String bits = slash < 0 ? String.valueOf(bytes.length * Byte.SIZE) : range.substring(slash + 1);
        if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > bytes.length * Byte.SIZE) {
            return false;
        }
        int left = Integer.parseInt(bits);
        for (int i = 0; left > 0; i++, left -= Byte.SIZE) {
            int mask = left >= Byte.SIZE ? 0xFF : 0xFF << Byte.SIZE - left & 0xFF;
            if ((bytes[i] & mask) != (start.get().getAddress()[i] & mask)) {
                return false;
            }
        }
        return true;
    }

    /// For an HTTP client, which sends what needs more than an address by way of `tunnel`.
    ProxySelector selector(ProxyTunnel tunnel) {
        ProxySelector usual = ProxySelector.getDefault();
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                Optional<HubProxy> proxy = find(uri);
                if (proxy.isPresent()) {
                    return List.of(new Proxy(Proxy.Type.HTTP, tunnel.serves(proxy.get(), uri)
                            ? tunnel.address(proxy.get()) : proxy.get().address()));
                }
                return usual == null ? List.of(Proxy.NO_PROXY) : usual.select(uri);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
                // The request fails, and says so.
            }
        };
    }
}
