/// GPT-2 and the logit lens.
module io.github.logitlens {
    requires transitive io.github.logitlens.tokenizer;
    requires transitive io.github.logitlens.weights;
    requires com.fasterxml.jackson.core;
    requires static jdk.incubator.vector;
    requires static org.jspecify;

    exports io.github.logitlens;
    exports io.github.logitlens.assertions;
    exports io.github.logitlens.edit;
    exports io.github.logitlens.hook;
    exports io.github.logitlens.model;
}
