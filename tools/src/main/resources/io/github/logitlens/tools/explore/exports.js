// The run and the view to take away: copied as a call, saved as a file.

import * as api from './api.js';
import {json, oneFile, save} from './download.js';
import {menu} from './dom.js';
import {differenceKey} from './difference.js';
import * as difference from './difference-snippets.js';
import {madeOf} from './edits.js';
import {asRequest, compareRequest, gridRequest, pictureOf} from './requests.js';
import * as run from './snippets.js';

export class Exports {

  /** @param page its current run, its state, its view and its status */
  constructor(page) {
    this.page = page;
  }

  menus() {
    const copied = (name, form, ...more) => () => this.copy(name, this.forms()[form](this.made(), this.tracked(), ...more));
    const saved = kind => () => this.download(kind);
    const {origin} = location;
    return [
      menu('Copy as', [
        {id: 'link', label: 'Link to this view', choose: () => this.copy('Link', location.href)},
        {id: 'java', label: 'Java', choose: copied('Java', 'asJava')},
        {id: 'command', label: 'Command', choose: copied('Command', 'asCommand')},
        {id: 'picture', label: 'Command for this picture', choose: () => this.copy('Command', this.picture(this.made()))},
        {id: 'request', label: 'JSON request', choose: copied('JSON', 'asJson')},
        {id: 'curl', label: 'curl', choose: copied('curl', 'asCurl', origin)},
        {id: 'python', label: 'Python', choose: copied('Python', 'asPython', origin)},
      ]),
      menu('Download', [
        {id: 'png', label: 'PNG picture', choose: saved('png')},
        {id: 'svg', label: 'SVG picture', choose: saved('svg')},
        {id: 'csv', label: 'CSV table', choose: saved('csv')},
        {id: 'result', label: 'JSON result', choose: saved('json')},
        {id: 'html', label: 'HTML, one file', choose: saved('html')},
      ]),
    ];
  }

  /** The tokens that the reader has chosen to follow. */
  tracked() {
    return this.page.store.state.tracked ?? [];
  }

  /** The state as it is run. */
  made() {
    return madeOf(this.page.store.state);
  }

  /** How what is seen is copied: a run, or the difference of two. */
  forms() {
    return this.made().show === 'difference' ? difference : run;
  }

  picture(state) {
    const {view} = this.page.viewer;
    return view.run.comparison ? difference.asPictureCommand(state, view.run.rows[0].get(view.run.positions[0]).tracked.map(({id}) => id),
        differenceKey(view.metric.key), location.origin)
        : run.asPictureCommand(state, pictureOf(view));
  }

  async copy(name, text) {
    const {status} = this.page;
    try {
      await navigator.clipboard.writeText(text);
      status.say(`${name} copied.`);
    } catch {
      status.failed('the browser does not let this page copy');
    }
  }

  async download(kind) {
    const {current: shown, viewer: {view}, status} = this.page;
    if (shown === undefined) {
      return;
    }
    const state = this.made();
    const tracked = this.tracked().map(id => ({id}));
    const theme = document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    const drawn = format => {
      const {tracked: ids, versus, ...choice} = pictureOf(view);
      return api.picture({...asRequest(shown.of, {tracked: ids, versus}), ...choice, format, theme});
    };
    const compared = format => api.comparison({...compareRequest(shown.of), format, metric: differenceKey(view.metric.key), scale: view.scale.key, theme});
    const makers = shown.comparison ? {
      json: () => json(shown), csv: () => compared('csv'), svg: () => compared('svg'), png: () => compared('png'), html: () => compared('html'),
    } : {
      json: () => json(shown), csv: () => api.csv({...gridRequest(state), ...tracked.length > 0 && {tracked}}),
      svg: () => drawn('svg'), png: () => drawn('png'), html: () => oneFile(view, location.href),
    };
    let blob;
    try {
      blob = await makers[kind]();
    } catch (e) {
      status.failed(e.message);
      return;
    }
    save(`${fileName(shown.of.prompt)}.${kind}`, blob);
    status.say(`${kind.toUpperCase()} saved.`);
  }
}

function fileName(prompt) {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `lens-${words.slice(0, 6).join('-').slice(0, 60) || 'run'}`;
}
