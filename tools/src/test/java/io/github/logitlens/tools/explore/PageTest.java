package io.github.logitlens.tools.explore;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.openqa.selenium.chrome.ChromeDriver;

/// The page in a real browser, and what its tests share. An error on the console or a question to another host fails any of them.
abstract class PageTest {

    static final String EIFFEL = "The Eiffel Tower is in";
    static final String LAYER_4 = "blocks.4.hook_resid_post";
    static final int LAST_ROW = 8;
    static final int LAST_COLUMN = 6;

    static ChromeDriver driver;
    static ExplorerServer server;
    static ExplorerPage page;
    static LensResult eiffel;

    @BeforeAll
    static void open(TestInfo test) throws IOException {
        driver = Chromium.start(test.getTestClass().orElseThrow().getSimpleName());
        server = ExplorerServer.start(0, "demo", "test", System.err);
        page = new ExplorerPage(driver, server.address());
        try (LogitLens lens = LogitLens.open("demo")) {
            eiffel = lens.run(EIFFEL, LensOptions.defaults().track(" Paris").track(" the"));
        }
    }

    @AfterAll
    static void close() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void fresh() {
        Chromium.resize(1400, 1000);
        Chromium.prefer("light");
        Chromium.forget();
    }

    @AfterEach
    void quiet() {
        Chromium.assertQuiet(server.address());
    }

    /// A probability as the page writes it where it is of some per cent.
    static String percent(double p) {
        return new BigDecimal(p * 100).round(new MathContext(p >= 0.0995 ? 3 : 2)).stripTrailingZeros().toPlainString() + " %";
    }

    static String answer() {
        return page.text("#answer").replace("The model goes on with ", "");
    }

    static String label() {
        return (String) page.js("return document.querySelector('.grid-active-cell').getAttribute('aria-label')");
    }
}
