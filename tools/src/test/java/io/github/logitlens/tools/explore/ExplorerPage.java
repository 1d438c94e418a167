package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.fail;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/// The explorer's page as a reader uses it: what can be seen, and what can be done.
final class ExplorerPage {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ChromeDriver driver;
    private final URI server;

    ExplorerPage(ChromeDriver driver, URI server) {
        this.driver = driver;
        this.server = server;
    }

    /// Opens the page at a fragment such as `at=6&point=5`, and waits for its run.
    ExplorerPage open(String fragment) {
        driver.get("about:blank");
        driver.get(server + (fragment.isEmpty() ? "" : "#" + fragment));
        return settled();
    }

    static String prompt(String text) {
        return "p=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Presses keys where the focus is, one after the other.
    ExplorerPage keys(CharSequence... keys) {
        for (CharSequence key : keys) {
            press(key);
        }
        return this;
    }

    /// Waits until the run on the page is done and its panels are drawn.
    ExplorerPage settled() {
        until("document.documentElement.dataset.state !== 'busy' && document.documentElement.dataset.ready === 'true'");
        return this;
    }

    /// Waits until an expression of the page is true.
    void until(String expression) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Boolean.TRUE.equals(js("return Boolean(" + expression + ")"))) {
            if (System.nanoTime() > end) {
                fail("never came true: " + expression + "; the page says: " + text("#status") + " " + text("#alert"));
            }
            pause(20);
        }
    }

    static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Object js(String script, Object... arguments) {
        try {
            return driver.executeScript(script, arguments);
        } catch (JavascriptException e) {
            return fail(e.getMessage());
        }
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    List<String> texts(String selector) {
        return ((List<?>) js("return [...document.querySelectorAll(arguments[0])].map(each => each.innerText.trim())", selector))
                .stream().map(String.class::cast).toList();
    }

    /// An element's text as it stands in the document; empty if there is no such element.
    String text(String selector) {
        return (String) js("return document.querySelector(arguments[0])?.textContent ?? ''", selector);
    }

    boolean shown(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream().anyMatch(WebElement::isDisplayed);
    }

    void click(String selector) {
        WebElement element = find(selector);
        js("arguments[0].scrollIntoView({block: 'center'})", element);
        element.click();
    }

    /// Types a new prompt, as by hand.
    void type(String prompt) {
        WebElement box = find("#prompt");
        box.sendKeys(Keys.chord(Keys.CONTROL, "a"), prompt);
    }

    void choose(String label, String key) {
        js("const s = document.querySelector(`select[aria-label=\"${arguments[0]}\"]`); s.value = arguments[1];"
                + "s.dispatchEvent(new Event('change'))", label, key);
        settled();
    }

    /// Sets an option, as who opens them, changes one and leaves it.
    void option(String name, Object value) {
        js("""
                const field = document.querySelector(`#options [name="${arguments[0]}"]`);
                document.querySelector('#options details').open = true;
                if (field.type === 'checkbox') {
                  field.click();
                } else {
                  field.value = arguments[1];
                  field.dispatchEvent(new Event('change'));
                }
                """, name, value);
    }

    void fromMenu(String menu, String choice) {
        js("""
                const menu = [...document.querySelectorAll('.menu')].find(m => m.querySelector('summary').textContent === arguments[0]);
                menu.open = true;
                menu.scrollIntoView({block: 'center'});
                """, menu);
        WebElement item = driver.findElements(By.cssSelector("[data-choice='" + choice + "']")).stream()
                .filter(WebElement::isDisplayed).findFirst().orElseThrow();
        item.click();
    }

    /// Presses keys where the focus is, whatever is drawn anew there meanwhile.
    void press(CharSequence... keys) {
        while (true) {
            try {
                driver.switchTo().activeElement().sendKeys(keys);
                return;
            } catch (StaleElementReferenceException e) {
                pause(20); // it was drawn anew between the two, and has got no key
            }
        }
    }

    /// Moves the pointer over a cell that is in sight, from elsewhere, wherever it was left.
    void hover(int row, int column) {
        int[] at = middle(row, column);
        new Actions(driver).moveToLocation(1, 1).moveToLocation(at[0], at[1]).perform();
    }

    void clickCell(int row, int column) {
        int[] at = middle(row, column);
        new Actions(driver).moveToLocation(at[0], at[1]).click().perform();
    }

    /// The middle of a cell in the window, reckoned from the element that lies on the active one.
    private int[] middle(int row, int column) {
        List<?> at = (List<?>) js("""
                const host = document.querySelector('.grid');
                host.scrollIntoView({block: 'center'});
                const cell = host.querySelector('.grid-active-cell');
                const box = cell.getBoundingClientRect();
                const row = Number(cell.parentElement.getAttribute('aria-rowindex')) - 1;
                const column = Number(cell.getAttribute('aria-colindex')) - 1;
                return [box.left + (arguments[1] - column + 0.5) * box.width, box.top + (arguments[0] - row + 0.5) * box.height];
                """, row, column);
        return at.stream().mapToInt(value -> (int) Math.round(((Number) value).doubleValue())).toArray();
    }

    /// Red, green and blue near a cell's left bottom corner, where no text is.
    List<?> colour(int row, int column) {
        return pixel(row, column, -5.5, 3.5);
    }

    /// Red, green and blue of a pixel of a cell.
    ///
    /// @param y pixels from the bottom if negative, else a share of the height
    private List<?> pixel(int row, int column, double y, double x) {
        return (List<?>) js("""
                const canvas = document.querySelector('.grid-canvas');
                const cell = document.querySelector('.grid-active-cell');
                const box = cell.getBoundingClientRect();
                const row = Number(cell.parentElement.getAttribute('aria-rowindex')) - 1;
                const column = Number(cell.getAttribute('aria-colindex')) - 1;
                const own = canvas.getBoundingClientRect();
                const x = box.left - own.left + (arguments[1] - column) * box.width + arguments[3];
                const down = arguments[2] < 0 ? box.height + arguments[2] : box.height * arguments[2];
                const y = box.top - own.top + (arguments[0] - row) * box.height + down;
                const scale = canvas.width / own.width;
                const copy = new OffscreenCanvas(1, 1).getContext('2d');
                copy.drawImage(canvas, -Math.round(x * scale), -Math.round(y * scale));
                return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3);
                """, row, column, y, x);
    }

    /// Red, green and blue of the frame around a chosen cell, where there is nothing else.
    List<?> frame(int row, int column) {
        return pixel(row, column, 0.5, 0.5);
    }

    String fragment() {
        return (String) js("return location.hash.slice(1)");
    }
}
