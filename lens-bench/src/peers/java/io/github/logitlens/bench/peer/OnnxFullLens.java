package io.github.logitlens.bench.peer;

import io.github.logitlens.LensOptions;
import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.FullLens] in ONNX Runtime.
public class OnnxFullLens extends OnnxLens {

    @Param({"5", "64", "256"})
    int tokens;

    @Override
    String kind() {
        return "lens";
    }

    @Override
    int tokens() {
        return tokens;
    }

    @Override
    LensOptions options() {
        return LensOptions.defaults();
    }
}
