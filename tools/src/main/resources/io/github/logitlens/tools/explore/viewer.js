// One run to look at: the grid with the way of the answer beside it, the chosen cell, and the panels of its position. The page
// around it brings runs; the one-file export brings one and nothing else.

import {Card, passingCard, placeBeside} from './card.js';
import {differenceKey} from './difference.js';
import {button, element, explanation} from './dom.js';
import {Grid} from './grid.js';
import {HeatMap, LAYER_MEANINGS, LayerTable} from './layers.js';
import {Legend} from './legend.js';
import {Scrub} from './scrub.js';
import {shown} from './text.js';
import {Thread} from './thread.js';
import {Tabs} from './tabs.js';
import {Tracks} from './tracks.js';
import {viewOf} from './view.js';

const MOST_FOLLOWED = 12;

export class Viewer {

  /**
   * @param store  holds the state
   * @param paths  the ways of tokens, see paths.js
   * @param source {candidates(text), tools, panels, append(token)}: what a typed token can mean; elements for the bar; panels besides the
   *               viewer's own, see tabs.js, of which `why` is what the card's question opens; what puts a token behind the prompt. None is needed; without
   *               `candidates` nothing can be read that the run does not hold
   */
  constructor(host, store, paths, source = {}) {
    this.host = host;
    this.store = store;
    this.paths = paths;
    this.source = source;
    this.build();
  }

  build() {
    const live = this.source.candidates !== undefined;
    const [bar, legend] = [element('div', {class: 'bar'}), element('div', {class: 'legend'})];
    const [window, thread, scrub] = [element('div'), element('section', {class: 'thread', 'aria-label': 'The way of the answer'}),
      element('div', {class: 'scrub', role: 'group', 'aria-label': 'Play the layers'})];
    this.floating = element('div', {class: 'card-floating', hidden: true, 'aria-hidden': 'true'});
    this.cardHost = element('section', {class: 'panel card', 'aria-label': 'The chosen cell', tabindex: -1});
    const tabs = element('section', {class: 'panel tabbed', 'aria-label': 'The chosen position'});
    this.stage = element('section', {class: 'panel stage', 'aria-label': 'Every layer at every position'},
        bar, legend, element('div', {class: 'sheet'}, window, thread), scrub, element('div', {class: 'foot'}, gridHelp(), ...this.source.tools ?? []));
    this.host.append(this.stage, element('div', {class: 'beside'}, this.cardHost, tabs), this.floating);
    this.legend = new Legend(bar, legend, {
      metric: key => this.store.set(differenceKey(key) === undefined ? {metric: key, scale: ''} : {change: differenceKey(key), scale: ''}, 'push'), scale: key => this.store.set({scale: key}),
    }, live);
    const choose = (row, position = this.view.position, opens = false) => this.choose(row, position, opens);
    const light = row => this.light(row);
    this.grid = new Grid(window, {
      choose, moved: () => this.thread.scroll(window.scrollTop), laidOut: () => this.showThread(),
      light: (row, position, anchor) => { this.light(row); this.pass(row, position, anchor); },
    });
    this.thread = new Thread(thread, {choose, light});
    thread.addEventListener('wheel', event => { window.scrollTop += event.deltaY; }, {passive: true});
    this.scrub = new Scrub(scrub, {choose});
    this.card = new Card(this.cardHost, {
      follow: token => this.follow(token), close: () => this.close(), append: this.source.append,
      why: this.source.panels?.some(({key}) => key === 'why') ? () => this.askWhy(tabs) : undefined,
    });
    this.tabs = new Tabs(tabs, 'The chosen position', [
      {key: 'lines', label: 'Over layers', make: host => this.tracksIn(host, live)},
      {key: 'table', label: 'Layer by layer', make: host => this.tableIn(host)},
      {key: 'heat', label: 'First choices', make: host => new HeatMap(host, 'First choices', this.rowsListen())},
      {key: 'words', label: 'In words', make: wordsIn},
      ...this.source.panels ?? [],
    ], panel => this.store.set({panel}));
    document.addEventListener('keydown', event => event.key === 'Escape' && this.close());
  }

  rowsListen() {
    return {choose: row => this.choose(row), follow: token => this.follow(token), light: row => this.light(row)};
  }

  tableIn(host) {
    const table = new LayerTable(host, 'Layer by layer', this.rowsListen());
    host.append(explanation('What am I seeing?', ...LAYER_MEANINGS));
    return table;
  }

  tracksIn(host, live) {
    return new Tracks(host, {
      add: live && (text => this.addTyped(text)),
      remove: live && (id => this.setTracked(this.view.followed.map(({token}) => token.id).filter(other => other !== id))),
      reset: () => this.setTracked(undefined),
      quantity: lines => this.store.set({lines}),
      light: row => this.light(row),
    });
  }

  // --- what is shown ---

  /** Draws a run, which may still be filling, by the state. */
  show(run) {
    this.view = viewOf(run, this.store.state, this.paths, this.view?.metric);
    run.stream.forEach(row => this.meet(run.top(row, this.view.position)));
    this.legend.show(this.view);
    this.grid.show(this.view);
    this.showThread();
    this.scrub.show(this.view);
    this.card.show(this.view);
    this.tabs.show(this.view);
  }

  /** Its rows lie beside the grid's, however high those are. */
  showThread() {
    const {geometry: {head, cell}, host, size} = this.grid;
    this.thread.show(this.view, {head: head.height, row: cell.height, scroll: host.scrollTop, height: size.height});
  }

  meet(token) {
    if (token !== undefined) {
      this.paths.meet(token);
    }
  }

  restyle() {
    this.grid.restyle();
    if (this.view !== undefined) {
      this.show(this.view.run);
    }
  }

  /** Marks the row that is pointed at, wherever that is, in all the parts that have it. */
  light(row) {
    if (row === undefined) {
      this.floating.hidden = true;
    }
    if (row !== this.lit) {
      this.lit = row;
      for (const part of [this.grid, this.thread, this.tabs]) {
        part.light(row);
      }
    }
  }

  pass(row, position, anchor) {
    const chosen = row === this.view.row && position === this.view.position;
    this.floating.hidden = row === undefined || chosen;
    if (!this.floating.hidden) {
      this.floating.replaceChildren(passingCard(this.view.run, row, position));
      placeBeside(this.floating, anchor);
    }
  }

  // --- what the reader does ---

  /** @param opens whether a card that lies over the page, on a narrow one, is to be seen */
  choose(row, position = this.view.position, opens = false) {
    this.floating.hidden = true;
    this.host.classList.toggle('card-open', opens || this.host.classList.contains('card-open'));
    const {run} = this.view;
    this.store.set({
      point: row === run.finalPoint ? '' : run.points[row].name, position: position === run.lastPosition ? -1 : position,
    });
  }

  close() {
    if (this.host.classList.contains('card-open')) {
      const held = this.cardHost.contains(document.activeElement);
      this.host.classList.remove('card-open');
      if (held) {
        this.grid.focus();
      }
    }
  }

  askWhy(tabs) {
    this.host.classList.remove('card-open');
    this.store.set({panel: 'why'}, 'push');
    tabs.scrollIntoView({block: 'nearest'});
    tabs.querySelector('[data-panel="why"]').focus({preventScroll: true});
  }

  setTracked(tracked) {
    this.tabs.panel('lines').answer();
    this.store.set({tracked});
  }

  follow(token) {
    if (this.source.candidates === undefined) {
      return;
    }
    for (const each of [...this.view.followed.map(followed => followed.token), token]) {
      this.paths.meet(each);
    }
    const ids = [...new Set([...this.view.followed.map(followed => followed.token.id), token.id])];
    if (ids.length > MOST_FOLLOWED) {
      this.tabs.panel('lines').answer(`At most ${MOST_FOLLOWED} tokens are followed at once: stop one with × first.`);
      return;
    }
    this.setTracked(ids);
  }

  async addTyped(text) {
    const {token, choices, message} = await this.source.candidates(text);
    if (token !== undefined) {
      this.follow(token);
    } else if (message !== undefined) {
      this.tabs.panel('lines').answer(message, ...(choices ?? []).map(choice =>
          button(shown(choice), `${shown(choice)}: follow the token of id ${choice.id}`, () => this.follow(choice))));
    }
  }
}

function wordsIn(host) {
  const list = element('ul', {class: 'observations'});
  host.append(list);
  return {
    show: ({observations}) => list.replaceChildren(...observations.map(({name, text, meaning}) =>
        element('li', {}, element('strong', {}, name), element('span', {class: 'observation'}, text),
            element('span', {class: 'meaning'}, meaning)))),
  };
}

function gridHelp() {
  return explanation('What am I seeing?',
      'A row is a layer, from the embedding at the top to the model’s own output at the bottom. A column is a position of the '
      + 'prompt. A cell shows what the model would say next after that token if it had to stop at that layer; ␣ is a leading '
      + 'space, and control characters and bytes that are no character of their own are written as \\n or \\xe4.',
      'Point at a cell for its first tokens, click to keep them. By keyboard: Tab into the grid, arrow keys, Page Up and '
      + 'Down, Home and End (with Ctrl: corners). The card follows the cell.');
}
