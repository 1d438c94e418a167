/// What results look like: each class writes one kind of result in one format, and computes nothing.
package io.github.logitlens.tools.view;
