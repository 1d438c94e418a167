package io.github.logitlens.tools.view;

import io.github.logitlens.tools.view.draw.XmlWriter;
import java.io.IOException;
import java.io.Writer;

/// A page in one file without script: it asks nothing of any server, and follows the reader's light or dark theme as the explorer does.
public final class StaticPage {

    /// What stands on a page.
    @FunctionalInterface
    public interface Content {

        /// Writes it.
        ///
        /// @param xml within the page's main part
        /// @throws IOException if the writer fails
        void write(XmlWriter xml) throws IOException;
    }

    private StaticPage() {
    }

    /// Writes a page.
    ///
    /// @param title   its title
    /// @param style   rules behind those of `theme.css`
    /// @param content what stands on it
    /// @param out     where to
    /// @throws IOException if the writer fails
    public static void write(String title, String style, Content content, Writer out) throws IOException {
        out.write("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
                + "<style>\n" + PageSource.text("theme.css") + style + "</style>\n");
        try (XmlWriter xml = new XmlWriter(out)) {
            xml.element("title", title);
            xml.start("body");
            xml.start("main");
            content.write(xml);
            xml.end();
            xml.end();
        }
        out.write("</html>\n");
    }
}
