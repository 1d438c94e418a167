package io.github.logitlens.internal.kernel;

/// The scalar kernels until the vector kernels are warm, then those.
///
/// Until C2 has compiled it, code of the Vector API makes an object of every vector and is far slower than scalar code.
/// Both give the same bits, so a process that reads one short prompt never has to pay for it: on the bundled model, one command
/// took 0.8 s instead of 1.4 (`lens --kernels vector`). [ColdStart] decides when.
final class ColdStartKernels implements Kernels {

    private final ColdStart policy;
    private final Products products;

    ColdStartKernels() {
        this(new ColdStart(new ScalarKernels(), VectorKernels::new, KernelWarmUp::run,
                ColdStart.compiles(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""))));
    }

    ColdStartKernels(ColdStart policy) {
        this.policy = policy;
        products = new Counted(policy);
    }

    /// What computes now.
    @Override
    public String description() {
        return policy.current().description();
    }

    @Override
    public Products products() {
        return products;
    }

    @Override
    public RowOperations rows() {
        return policy.current().rows();
    }

    @Override
    public VocabularyOperations vocabulary() {
        return policy.current().vocabulary();
    }

    @Override
    public void expect(long multiplyAdds) {
        policy.expect(multiplyAdds);
    }

    @Override
    public void enter() {
        policy.enter();
    }

    @Override
    public void leave() {
        policy.leave();
    }

    /// The products of what computes now, whose work is counted.
    private record Counted(ColdStart policy) implements Products {

        @Override
        public void multiply(RowBlock a, Panel b, Tile start, Tile out) {
            Kernels kernels = policy.current();
            kernels.products().multiply(a, b, start, out);
            policy.count(kernels, (long) a.height() * b.depth() * PANEL);
        }

        @Override
        public void multiplyAll(RowBlocks a, Panels b, Tile start, Tile out, Panels next) {
            Kernels kernels = policy.current();
            kernels.products().multiplyAll(a, b, start, out, next);
            policy.count(kernels, (long) a.rows() * b.depth() * b.count() * PANEL);
        }

        @Override
        public int panelsAtOnce(int rows) {
            return policy.current().products().panelsAtOnce(rows);
        }

        @Override
        public void fetch(Panels b) {
            policy.current().products().fetch(b);
        }
    }
}
