// Panels that share a place: one of them is seen, and only that one is drawn.

import {element, roving} from './dom.js';

export class Tabs {

  /**
   * @param panels [{key, label, make(host)}]: make gives {show(view), light(row)}, and is called when the panel is first seen
   * @param listen choose(key)
   */
  constructor(host, name, panels, listen) {
    this.panels = panels.map(panel => ({...panel, host: element('div', {
      role: 'tabpanel', id: `panel-${panel.key}`, 'aria-labelledby': `tab-${panel.key}`, class: 'tab-panel', hidden: true,
    })}));
    this.tabs = element('div', {role: 'tablist', class: 'tabs', 'aria-label': name}, ...this.panels.map(({key, label}) =>
        element('button', {
          type: 'button', role: 'tab', id: `tab-${key}`, 'aria-controls': `panel-${key}`, 'data-panel': key,
          click: () => listen(key),
        }, label)));
    roving(this.tabs, 'button');
    host.append(this.tabs, ...this.panels.map(panel => panel.host));
  }

  show(view) {
    const chosen = this.panels.find(({key}) => key === view.state.panel) ?? this.panels[0];
    for (const panel of this.panels) {
      const seen = panel === chosen;
      const tab = this.tabs.querySelector(`[data-panel="${panel.key}"]`);
      tab.setAttribute('aria-selected', String(seen));
      panel.host.hidden = !seen;
    }
    chosen.made ??= chosen.make(chosen.host);
    chosen.made.show(view);
    this.seen = chosen.made;
  }

  light(row) {
    this.seen?.light?.(row);
  }

  /** The panel of a key, made if it was never seen. */
  panel(key) {
    const panel = this.panels.find(each => each.key === key);
    panel.made ??= panel.make(panel.host);
    return panel.made;
  }
}
