package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/// Opens an address in the user's browser.
public final class Browser {

    private Browser() {
    }

    /// Asks the desktop to show an address.
    ///
    /// @param address where to
    /// @return false if there is no desktop, or it knows no browser
    public static boolean open(URI address) {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (os.contains("linux") && System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null) {
            return false;
        }
        List<String> command = os.contains("mac")
                ? List.of("open", address.toString())
                : os.contains("win")
                        ? List.of("rundll32", "url.dll,FileProtocolHandler", address.toString())
                        : List.of("xdg-open", address.toString());
        try {
            new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().getOutputStream().close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
