// Light, dark, or what the system says. A classic script in the head, so that the page is never painted in the wrong one.

(function () {
  'use strict';
  const KEY = 'lens-theme';
  const root = document.documentElement;

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }

  if (['light', 'dark'].includes(stored())) {
    root.dataset.theme = stored();
  }

  /** Changes between light and dark, and remembers it; `lens-theme` is the event that says so. */
  globalThis.lensToggleTheme = function () {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // A browser that keeps nothing forgets this too.
    }
    dispatchEvent(new Event('lens-theme'));
  };

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('lens-theme')));
})();
