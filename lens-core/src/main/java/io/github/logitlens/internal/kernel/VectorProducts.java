package io.github.logitlens.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The products in the Vector API: which loop multiplies a block with a panel, in which order they come, and what is read ahead.
///
/// All blocks meet one slice of a panel before the next: 768 steps are 192 KiB, so that two slices and the rows they meet fit into a
/// second-level cache. While the blocks are multiplied with one slice, some of them read lines of the next, as [Touching] says.
final class VectorProducts implements Products {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int PANEL = Kernels.PANEL;
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int LINE = 64;
    private static final int SLICE_STEPS = 768;
    /// Whole turns of any loop.
    private static final int SLICE_MULTIPLE = 12;
    /// As many blocks that read ahead, or more, read four lines in two steps; fewer, four lines in each.
    private static final int SPARSE = 2;

    private final Touching touching;
    /// Whether a block keeps four vectors of each row in registers; else two.
    private final boolean wide;
    private final int steps;
    /// Whether the loops that read ahead fit: their vectors are 512 bits.
    private final boolean readsAhead;
    private final Queue<MemorySegment> copies = new ConcurrentLinkedQueue<>();
    /// Written so that no compiler drops the loads that only fetch, never read.
    private int fetched;

    VectorProducts(Touching touching, int registers) {
        this.touching = touching;
        wide = registers == 32;
        steps = wide ? WideProduct.STEPS : NarrowProduct.STEPS;
        readsAhead = wide && LANES * 4 == PANEL;
    }

    /// Vectors that this processor can hold: with 512 bits, and on ARM with any, 32.
    static int registers() {
        return LANES == 16 || System.getProperty("os.arch").equals("aarch64") ? 32 : 16;
    }

    @Override
    public int panelsAtOnce(int rows) {
        return rows == 1 ? Kernels.ROW_PANELS : 1;
    }

    @Override
    public void multiply(RowBlock a, Panel b, Tile start, Tile out) {
        if (wide && a.height() == 1) {
            WideProduct.multiplyRow(a, Panels.inTurn(b.memory(), b.offset(), 1, b.depth()), start, out);
            return;
        }
        int rest = b.depth() % steps;
        if (rest == 0) {
            turns(a, b, start, out);
            return;
        }
        rest(a, b, rest, start, out);
        if (rest < b.depth()) {
            turns(a.from(rest), b.steps(rest, b.depth() - rest), out, out);
        }
    }

    private void turns(RowBlock a, Panel b, Tile start, Tile out) {
        if (wide) {
            WideProduct.multiply(a, b, start, out);
        } else {
            NarrowProduct.multiply(a, b, start, out);
        }
    }

    /// The first steps of `k`, which a chain's length leaves over of whole turns.
    private static void rest(RowBlock a, Panel b, int count, Tile start, Tile out) {
        for (int n = 0; n < PANEL; n += LANES) {
            for (int r = 0; r < a.height(); r++) {
                FloatVector sum = FloatVector.fromArray(SPECIES, start.values(), start.offset() + r * start.stride() + n);
                for (int k = 0; k < count; k++) {
                    FloatVector row = FloatVector.fromMemorySegment(
                            SPECIES, b.memory(), b.offset() + k * Panel.ROW_BYTES + 4L * n, ByteOrder.nativeOrder());
                    sum = FloatVector.broadcast(SPECIES, a.values()[a.offset() + k * a.height() + r]).fma(row, sum);
                }
                sum.intoArray(out.values(), out.offset() + r * out.stride() + n);
            }
        }
    }

    @Override
    public void multiplyAll(RowBlocks a, Panels b, Tile start, Tile out, Panels next) {
        if (!b.areInTurn()) {
            multiplyCopy(a, b, start, out);
        } else if (a.rows() == 1) {
            multiplyRow(a.block(0), b, start, out);
        } else {
            Panel behind = next == null || !next.areInTurn() ? null : next.panel(0);
            for (int panel = 0; panel < b.count(); panel++) {
                Panel following = panel + 1 < b.count() ? b.panel(panel + 1) : behind;
                multiply(a, b.panel(panel), start.panel(panel), out.panel(panel), following);
            }
        }
    }

    private void multiplyCopy(RowBlocks a, Panels b, Tile start, Tile out) {
        long bytes = b.count() * Panel.ROW_BYTES * b.depth();
        MemorySegment copy = copies.poll();
        if (copy == null || copy.byteSize() < bytes) {
            copy = Arena.ofAuto().allocate(bytes, LINE);
        }
        multiplyAll(a, b.copyInTurn(copy), start, out, null);
        copies.add(copy);
    }

    /// A row alone waits for memory, which serves several streams faster than one.
    private void multiplyRow(RowBlock a, Panels b, Tile start, Tile out) {
        int done = 0;
        while (done < b.count()) {
            int side = wide ? Integer.highestOneBit(Math.min(Kernels.ROW_PANELS, b.count() - done)) : 1;
            if (wide) {
                WideProduct.multiplyRow(a, b.some(done, side), start.panel(done), out.panel(done));
            } else {
                multiply(a, b.panel(done), start.panel(done), out.panel(done));
            }
            done += side;
        }
    }

    private void multiply(RowBlocks a, Panel b, Tile start, Tile out, Panel next) {
        int depth = b.depth();
        int sliceSteps = sliceSteps(depth);
        for (int first = 0; first < depth; first += sliceSteps) {
            int count = Math.min(sliceSteps, depth - first);
            int end = first + count;
            Panel following = end == depth ? next : b.steps(end, Math.min(sliceSteps, depth - end));
            multiplySlice(a, first, b.steps(first, count), first == 0 ? start : out, out,
                    following == null ? null : firstSlice(following));
        }
    }

    private static Panel firstSlice(Panel panel) {
        return panel.steps(0, Math.min(panel.depth(), sliceSteps(panel.depth())));
    }

    private static int sliceSteps(int depth) {
        int slices = (depth + SLICE_STEPS - 1) / SLICE_STEPS;
        int even = (depth + slices - 1) / slices;
        return (even + SLICE_MULTIPLE - 1) / SLICE_MULTIPLE * SLICE_MULTIPLE;
    }

    private void multiplySlice(RowBlocks a, int first, Panel b, Tile start, Tile out, Panel next) {
        // A block of one row waits for memory by itself.
        int blocks = a.count() > 1 && a.lastHeight() == 1 ? a.count() - 1 : a.count();
        int every = readsAhead ? touching.everyHowManyBlocks(blocks) : blocks;
        int parts = (blocks + every - 1) / every;
        for (int block = 0; block < a.count(); block++) {
            RowBlock rows = a.block(block).from(first);
            Tile from = start.from(block * Kernels.BLOCK);
            Tile to = out.from(block * Kernels.BLOCK);
            if (next == null || block >= blocks || block % every != 0) {
                multiply(rows, b, from, to);
            } else if (readsAhead) {
                fetched = multiplyAndRead(rows, b, from, to, next, block / every, parts);
            } else {
                multiply(rows, b, from, to);
                fetch(next, block / every, parts);
            }
        }
    }

    private int multiplyAndRead(RowBlock a, Panel b, Tile start, Tile out, Panel next, int part, int parts) {
        int depth = b.depth();
        if (touching == Touching.ONE_IN_SIXTEEN) {
            return FetchingProduct.multiply(a, b, start, out, Ahead.oneIn(16, next, depth));
        }
        int rest = depth % FetchingProduct.STEPS;
        if (parts < SPARSE || rest == depth) {
            return FetchingProduct.multiply(a, b, start, out, Ahead.part(next, part, parts, depth));
        }
        Ahead ahead = Ahead.part(next, part, parts, depth / FetchingProduct.STEPS);
        if (rest == 0) {
            return FetchingProduct.multiplySparsely(a, b, start, out, ahead);
        }
        rest(a, b, rest, start, out);
        return FetchingProduct.multiplySparsely(a.from(rest), b.steps(rest, depth - rest), out, out, ahead);
    }

    @Override
    public void fetch(Panels b) {
        if (b.areInTurn()) {
            fetch(firstSlice(b.panel(0)), 0, 1);
        }
    }

    private void fetch(Panel panel, int part, int parts) {
        MemorySegment b = panel.memory();
        Ahead ahead = Ahead.part(panel, part, parts, 1);
        long stream = ahead.stream();
        int seen = 0;
        for (long o = ahead.first(); o < ahead.first() + ahead.advance(); o += LINE) {
            seen ^= b.get(WORD, o) ^ b.get(WORD, o + stream) ^ b.get(WORD, o + 2 * stream) ^ b.get(WORD, o + 3 * stream);
        }
        fetched = seen;
    }
}
