package io.github.logitlens.tools.verify;

/// One quantity, as it should be and as it is.
///
/// @param quantity   what was computed
/// @param source     who published the expected value
/// @param expected   that value, as it is shown
/// @param actual     the model's, as it is shown
/// @param difference the absolute difference, empty where values are equal or not
/// @param passed     whether it is within the tolerance
public record Verdict(String quantity, String source, String expected, String actual, String difference, boolean passed) {
}
