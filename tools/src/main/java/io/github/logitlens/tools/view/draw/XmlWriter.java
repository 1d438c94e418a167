package io.github.logitlens.tools.view.draw;

import java.io.IOException;
import java.io.Writer;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// XML by element, with attributes as names and values in turn. The JDK's writer escapes; what XML has no way to hold is
/// replaced before.
public final class XmlWriter implements AutoCloseable {

    private final XMLStreamWriter xml;

    /// Writes to `out`, which stays open.
    ///
    /// @param out where to
    /// @throws IOException if there is no writer for it
    public XmlWriter(Writer out) throws IOException {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws XMLStreamException;
    }

    private static void attempt(Step step) throws IOException {
        try {
            step.run();
        } catch (XMLStreamException e) {
            throw e.getNestedException() instanceof IOException io ? io : new IOException(e);
        }
    }

    /// Begins an element.
    ///
    /// @param name       the element's
    /// @param attributes names and values in turn
    /// @throws IOException if the writer fails
    public void start(String name, Object... attributes) throws IOException {
        attempt(() -> {
            xml.writeStartElement(name);
            attributes(attributes);
        });
    }

    /// Ends the element begun last.
    ///
    /// @throws IOException if the writer fails
    public void end() throws IOException {
        attempt(() -> {
            xml.writeEndElement();
            xml.writeCharacters("\n");
        });
    }

    /// Writes an element that holds a text.
    ///
    /// @param name       the element's
    /// @param text       any text
    /// @param attributes names and values in turn
    /// @throws IOException if the writer fails
    public void element(String name, String text, Object... attributes) throws IOException {
        start(name, attributes);
        attempt(() -> {
            xml.writeCharacters(allowed(text));
        });
        end();
    }

    /// Writes an element that holds nothing.
    ///
    /// @param name       the element's
    /// @param attributes names and values in turn
    /// @throws IOException if the writer fails
    public void empty(String name, Object... attributes) throws IOException {
        attempt(() -> {
            xml.writeEmptyElement(name);
            attributes(attributes);
            xml.writeCharacters("\n");
        });
    }

    private void attributes(Object... namesAndValues) throws XMLStreamException {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            xml.writeAttribute(namesAndValues[i].toString(), allowed(namesAndValues[i + 1].toString()));
        }
    }

    /// The text with `\x01` for each character that XML 1.0 excludes.
    private static String allowed(String text) {
        StringBuilder allowed = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\t' || c == '\n' || c >= ' ' && c <= 0xd7ff || c >= 0xe000 && c <= 0xfffd || c >= 0x10000) {
                allowed.appendCodePoint(c);
            } else {
                allowed.append(String.format("\\x%02x", c));
            }
        });
        return allowed.toString();
    }

    @Override
    public void close() throws IOException {
        attempt(xml::flush);
    }
}
