package io.github.logitlens.bench.peer;

import io.github.logitlens.LensOptions;
import io.github.logitlens.Positions;
import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.LastPositionLens] in ONNX Runtime.
public class OnnxLastPositionLens extends OnnxLens {

    @Param("5")
    int tokens;

    @Override
    String kind() {
        return "lens-last";
    }

    @Override
    int tokens() {
        return tokens;
    }

    @Override
    LensOptions options() {
        return LensOptions.defaults().positions(Positions.last());
    }
}
