module app {
    requires io.github.logitlens;
}
