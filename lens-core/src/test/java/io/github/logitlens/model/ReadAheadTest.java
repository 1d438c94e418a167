package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panel;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.internal.kernel.Products;
import io.github.logitlens.internal.kernel.RowBlock;
import io.github.logitlens.internal.kernel.RowBlocks;
import io.github.logitlens.internal.kernel.RowOperations;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.Tile;
import io.github.logitlens.internal.kernel.VocabularyOperations;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What comes into the caches while a product runs is what the thread multiplies with next, from the first matrix of a run to
/// the last: a wrong guess changes no bit, so no other test sees it.
class ReadAheadTest {

    private static final TinyModel DEEP = new TinyModel(2, 12, 792, 1620, 300, 20, 22);
    private static final int PANELS = 2 * (panels(3 * 792) + panels(792) + panels(1620) + panels(792));

    @TempDir
    private Path folder;

    private static int panels(int columns) {
        return (columns + Kernels.PANEL - 1) / Kernels.PANEL;
    }

    /// A product with a panel.
    ///
    /// @param panel where its memory begins
    /// @param ahead where the memory begins that is read meanwhile, or 0
    private record Product(long panel, long ahead) {
    }

    /// The scalar kernels, called panel by panel as the vector kernels are, and what they were called with.
    private record Recording(Kernels scalar, List<Product> taken) implements Kernels, Products {

        @Override
        public String description() {
            return scalar.description();
        }

        @Override
        public Products products() {
            return this;
        }

        @Override
        public RowOperations rows() {
            return scalar.rows();
        }

        @Override
        public VocabularyOperations vocabulary() {
            return scalar.vocabulary();
        }

        @Override
        public int panelsAtOnce(int rows) {
            return 1;
        }

        @Override
        public void multiply(RowBlock a, Panel b, Tile start, Tile out) {
            scalar.products().multiply(a, b, start, out);
        }

        @Override
        public void multiplyAll(RowBlocks a, Panels b, Tile start, Tile out, Panels next) {
            taken.add(new Product(address(b), next == null ? 0 : address(next)));
            scalar.products().multiplyAll(a, b, start, out, next);
        }

        private static long address(Panels panels) {
            return panels.memory().address() + panels.offset();
        }
    }

    @Test
    void isTheMemoryOfTheNextProduct() {
        List<Product> products = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(DEEP.write(folder));
                Gpt2Model model = Gpt2Model.load(checkpoint, new Engine(new Recording(new ScalarKernels(), products), new Workers(1)))) {
            model.run(DEEP.ids(DEEP.nCtx()), Hooks.none());
        }
        List<Long> order = weights(products).stream().map(Product::panel).distinct().toList();
        List<Integer> ahead = products.stream().map(Product::ahead).filter(next -> next != 0).map(order::indexOf).toList();
        assertEquals(PANELS, order.size());
        assertEquals(IntStream.range(1, PANELS).boxed().toList(), ahead);
    }

    /// Without attention's products, whose keys and values nothing is read ahead of.
    private static List<Product> weights(List<Product> products) {
        Set<Long> weights = new HashSet<>();
        for (Product product : products) {
            if (product.ahead != 0) {
                weights.add(product.panel);
                weights.add(product.ahead);
            }
        }
        return products.stream().filter(product -> weights.contains(product.panel)).toList();
    }
}
