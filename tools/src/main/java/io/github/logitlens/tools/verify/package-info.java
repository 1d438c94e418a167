/// Comparing a model's numbers with those that others have published, or that an independent implementation computed.
package io.github.logitlens.tools.verify;
