package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The products' loops are what [ProductSources] writes.
///
/// With `-Dproducts.write=true` the files get what it writes now.
class ProductSourcesTest {

    private static final Path FOLDER = Path.of("src", "main", "java", "io", "github", "logitlens", "internal", "kernel");

    static List<ProductSources.Product> products() {
        return ProductSources.ALL;
    }

    @ParameterizedTest
    @MethodSource("products")
    void theLoopsAreWhatIsWritten(ProductSources.Product product) throws IOException {
        Path file = FOLDER.resolve(product.name() + ".java");
        String source = Files.readString(file);
        String written = ProductSources.written(product, source);
        if (Boolean.getBoolean("products.write")) {
            Files.writeString(file, written);
            return;
        }
        assertEquals(written, source, file + " differs from what ProductSources writes; mvn -pl lens-core -am test"
                + " -Dtest=ProductSourcesTest -Dproducts.write=true writes it anew");
    }
}
