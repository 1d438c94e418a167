package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.weights.Checkpoint;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
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

    /// Panels in slices of equal depth: two of dModel, three of dMlp.
    private static final TinyModel DEEP = new TinyModel(2, 12, 792, 1620, 300, 20, 22);
    private static final int SLICES = 2 * (2 * panels(3 * 792) + 2 * panels(792) + 2 * panels(1620) + 3 * panels(792));

    @TempDir
    private Path folder;

    private static int panels(int columns) {
        return (columns + Kernels.PANEL - 1) / Kernels.PANEL;
    }

    /// A product with a slice of a panel.
    ///
    /// @param slice where its memory begins
    /// @param ahead where the memory begins that is read meanwhile, or 0
    private record Product(long slice, long ahead) {
    }

    /// The scalar kernels, called panel by panel as the vector kernels are, and what they were called with.
    private static Kernels recording(List<Product> products) {
        Kernels kernels = new ScalarKernels();
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "joinsPanels" -> {
                            return false;
                        }
                        case "multiply" -> products.add(new Product(addresses(arguments).getFirst(), 0));
                        case "multiplyAndFetch" -> {
                            List<Long> addresses = addresses(arguments);
                            products.add(new Product(addresses.getFirst(), addresses.getLast()));
                        }
                        default -> {
                        }
                    }
                    return call(method, kernels, arguments);
                });
    }

    /// Of each piece of memory among the arguments, which its offset follows.
    private static List<Long> addresses(Object[] arguments) {
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof MemorySegment memory) {
                addresses.add(memory.address() + (long) arguments[i + 1]);
            }
        }
        return addresses;
    }

    private static Object call(Method method, Kernels kernels, Object[] arguments) throws Throwable {
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Test
    void isTheMemoryOfTheNextProduct() {
        List<Product> products = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(DEEP.write(folder));
                Gpt2Model model = Gpt2Model.load(checkpoint, new Engine(recording(products), new Workers(1)))) {
            model.run(DEEP.ids(DEEP.nCtx()), Hooks.none());
        }
        List<Long> order = weights(products).stream().map(Product::slice).distinct().toList();
        List<Integer> ahead = products.stream().map(Product::ahead).filter(next -> next != 0).map(order::indexOf).toList();
        assertEquals(SLICES, order.size());
        assertEquals(IntStream.range(1, SLICES).boxed().toList(), ahead);
    }

    /// Without attention's products, whose keys and values nothing is read ahead of.
    private static List<Product> weights(List<Product> products) {
        Set<Long> weights = new HashSet<>();
        for (Product product : products) {
            if (product.ahead != 0) {
                weights.add(product.slice);
                weights.add(product.ahead);
            }
        }
        return products.stream().filter(product -> weights.contains(product.slice)).toList();
    }
}
