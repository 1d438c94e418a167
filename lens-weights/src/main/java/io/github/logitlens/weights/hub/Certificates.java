package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.layout.Directories;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The authorities whose word for a server's certificate is taken, from a file of theirs.
final class Certificates {

    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN (?:X509 )?CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END (?:X509 )?CERTIFICATE-----");
    private static final long MAX_BYTES = 64 << 20;

    private Certificates() {
    }

    /// Connections whose servers have to be known to the authorities in a file, and to no other.
    ///
    /// @param variable names the file, for messages
    /// @param file     certificates in PEM form, whatever stands between them, or a directory of such files
    /// @throws HubException if there are none
    static SSLContext trusting(String variable, Path file) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Path part : Files.isDirectory(file) ? Directories.children(file) : List.of(file)) {
                if (Files.isRegularFile(part) || part.equals(file)) {
                    add(factory, content(variable, part), store);
                }
            }
            if (store.size() == 0) {
                throw new HubException(Reason.BAD_SETTING, variable
                        + ": expected a file of certificates in PEM form, got "
                        + "none in " + file);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new HubException(Reason.BAD_SETTING, variable + ": expected certificates in PEM form, got '"
                    + e.getMessage() + "' in " + file, e);
        }
    }

    private static String content(String variable, Path file) {
        byte[] content = FileSource.content(file, MAX_BYTES, (fault, message, cause) ->
                new HubException(Reason.BAD_SETTING, variable + ": expected a file of certificates in PEM form, got '"
                        + message + "'", cause.orElse(null)));
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    /// Adds what can be read: one certificate of a hundred that breaks a rule of the JDK's makes the others no worse.
    private static void add(CertificateFactory factory, String pem, KeyStore store) throws KeyStoreException {
        Matcher block = BLOCK.matcher(pem);
        while (block.find()) {
            try {
                byte[] bytes = Base64.getMimeDecoder().decode(block.group(1));
                store.setCertificateEntry("authority " + store.size(),
                        factory.generateCertificate(new ByteArrayInputStream(bytes)));
            } catch (CertificateException | IllegalArgumentException _) {
                // Not counted.
            }
        }
    }

    /// Whether a connection failed because nobody who is trusted vouches for the server.
    static boolean isUntrusted(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }
}
