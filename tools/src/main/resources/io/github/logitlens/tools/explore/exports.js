// The run and the view to take away: copied as a call, saved as a file.

import * as api from './api.js';
import {json, oneFile, save} from './download.js';
import {menu} from './dom.js';
import {asRequest, gridRequest, pictureOf} from './requests.js';
import {asCommand, asCurl, asJava, asJson, asPictureCommand, asPython} from './snippets.js';

export class Exports {

  /** @param page its current run, its state, its view and its status */
  constructor(page) {
    this.page = page;
  }

  menus() {
    const copied = (name, text) => () => this.copy(name, text(this.page.store.state, this.tracked()));
    const saved = kind => () => this.download(kind);
    const {origin} = location;
    return [
      menu('Copy as', [
        {id: 'link', label: 'Link to this view', choose: copied('Link', () => location.href)},
        {id: 'java', label: 'Java', choose: copied('Java', asJava)},
        {id: 'command', label: 'Command', choose: copied('Command', (state, tracked) => asCommand(state, tracked))},
        {id: 'picture', label: 'Command for this picture', choose: copied('Command', state => this.picture(state))},
        {id: 'request', label: 'JSON request', choose: copied('JSON', asJson)},
        {id: 'curl', label: 'curl', choose: copied('curl', (state, tracked) => asCurl(state, tracked, origin))},
        {id: 'python', label: 'Python', choose: copied('Python', (state, tracked) => asPython(state, tracked, origin))},
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

  picture(state) {
    return asPictureCommand(state, pictureOf(this.page.viewer.view));
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
    const {current: run, viewer: {view}, store: {state}, status} = this.page;
    if (run === undefined) {
      return;
    }
    const tracked = this.tracked().map(id => ({id}));
    const drawn = format => {
      const {tracked: ids, versus, ...choice} = pictureOf(view);
      const dark = document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
      return api.picture({...asRequest(run.of, {tracked: ids, versus}), ...choice, format, theme: dark});
    };
    const makers = {
      json: () => json(run), csv: () => api.csv({...gridRequest(state), ...tracked.length > 0 && {tracked}}),
      svg: () => drawn('svg'), png: () => drawn('png'), html: () => oneFile(view, location.href),
    };
    let blob;
    try {
      blob = await makers[kind]();
    } catch (e) {
      status.failed(e.message);
      return;
    }
    save(`${fileName(run.of.prompt)}.${kind}`, blob);
    status.say(`${kind.toUpperCase()} saved.`);
  }
}

function fileName(prompt) {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `lens-${words.slice(0, 6).join('-').slice(0, 60) || 'run'}`;
}
