// A sweep as a heat map: a place of the run changed at a time, its cells coming as they are read; pressing one makes its change.

import {colourOf, NO_VALUE} from './colour.js';
import {button, element, explanation, menu, roving, select, tokenText} from './dom.js';
import {save} from './download.js';
import {isMade, toggled} from './edits.js';
import {number} from './run.js';
import {asCommand, asCurl, asJava, asPython} from './sweep-snippets.js';
import {Cells, KINDS, layoutOf, SITES, sweepRequest} from './sweeps.js';
import {counted, decimal, signed} from './words.js';

/** As many of a long prompt's last positions are drawn. */
const MOST_COLUMNS = 40;

export class SweepPanel {

  /**
   * @param ask    ask(request, hear, signal): asks the server; hear is {cells(cells), progress(line)}
   * @param listen {set(changes, history), say(text), copy(name, text), model(state): the model's sizes, file(request): a promise of a
   *               sweep in the form that `request.format` names}
   */
  constructor(host, ask, listen) {
    this.ask = ask;
    this.listen = listen;
    this.cells = new Cells();
    this.state = 'idle';
    host.classList.add('broad', 'sweep-panel');
    this.kind = select('What is changed', [{key: '', label: 'choose…'}, ...KINDS], key => listen.set({sweep: key}, 'push'));
    this.stop = button('Stop', 'Stop the sweep', () => this.cancel());
    this.told = element('p', {class: 'faint', role: 'status'});
    this.sites = element('div', {class: 'segments', role: 'group', 'aria-label': 'What is seen of the sweep'});
    this.settleSites = roving(this.sites, 'button');
    this.map = element('div', {class: 'scroller', role: 'group', 'aria-label': 'Effects, layer by layer', tabindex: 0});
    this.settle = roving(this.map, 'button');
    host.append(element('div', {class: 'sweep-ask'}, element('span', {}, 'Change one place after the other:'), this.kind, this.stop), this.told, this.sites, this.map,
        element('div', {class: 'why-foot'}, this.take(), explanation('What am I seeing?', 'Each cell is a run of its own in which one place is changed, and its colour how far the answer’s logit '
            + 'moved: blue, the answer lost by it; orange, it gained. With “the other prompt’s” the place takes what the prompt under What if has '
            + 'there, which has to have as many tokens. Press a cell to make its change in the run above. A sweep is of the model without edits.')));
  }

  // --- running ---

  show(view) {
    this.view = view;
    const {state, run, answer} = view;
    this.kind.value = state.sweep;
    const request = run.isComplete() ? sweepRequest(state, this.answer(run, answer)) : this.request;
    const key = JSON.stringify(request);
    if (key !== this.key) {
      this.key = key;
      this.request = request;
      this.abort?.abort();
      this.cells = new Cells();
      this.grid = undefined;
      this.state = request === undefined ? 'idle' : 'running';
      if (request !== undefined) {
        this.start(request);
      }
    }
    this.draw();
  }

  /** The answer that is explained is the model's without edits, if that is known, so that a change does not begin the sweep anew. */
  answer(run, answer) {
    const own = JSON.stringify([run.of.prompt, run.of.model, run.of.bos, run.of.special]);
    if (this.own !== own || run.of.edits.length === 0) {
      this.own = own;
      this.first = run.top(run.finalPoint, run.lastPosition)?.id ?? answer?.token.id;
    }
    return this.first;
  }

  async start(request) {
    const abort = new AbortController();
    this.abort = abort;
    const {cells} = this;
    try {
      await this.ask(request, {
        cells: arrived => { cells.add(arrived); this.soon(); },
        progress: ({done, of}) => { this.done = `${Math.round(100 * done / of)} %`; this.soon(); },
      }, abort.signal);
      this.state = 'done';
    } catch (e) {
      if (this.abort !== abort) {
        return;
      }
      this.state = e.name === 'AbortError' ? 'stopped' : e.message;
    }
    if (this.abort === abort) {
      this.draw();
    }
  }

  cancel() {
    this.abort?.abort();
  }

  /** Draws what has arrived, at most once a frame. */
  soon() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.draw();
    });
  }

  // --- to take away ---

  take() {
    const copied = (id, label, text) => ({id: `sweep-${id}`, label: `Copy as ${label}`, choose: this.asked(request => this.listen.copy(`Sweep as ${label}`, text(request)))});
    const saved = (format, label) => ({id: `sweep-${format}`, label, choose: this.asked(request => this.file({...request, format}))});
    return menu('Take this away', [
      copied('java', 'Java', asJava), copied('command', 'command', asCommand), copied('request', 'JSON request', request => JSON.stringify(request, undefined, 2)),
      copied('curl', 'curl', request => asCurl(request, location.origin)), copied('python', 'Python', request => asPython(request, location.origin)),
      saved('json', 'JSON file'), saved('csv', 'CSV table'), saved('svg', 'SVG picture'), saved('png', 'PNG picture'),
    ]);
  }

  asked(then) {
    return () => this.request === undefined ? this.listen.say('Choose first what is changed.') : then(this.request);
  }

  async file(request) {
    try {
      save(`sweep.${request.format}`, await this.listen.file(request));
    } catch (e) {
      this.listen.say(e.message);
    }
  }

  // --- drawing ---

  draw() {
    const {view: {state}, cells} = this;
    this.stop.hidden = this.state !== 'running';
    this.told.classList.toggle('failed', !['idle', 'running', 'done', 'stopped'].includes(this.state));
    this.told.textContent = this.words(state, cells);
    const kind = KINDS.find(({key}) => key === state.sweep);
    const empty = kind === undefined || cells.count === 0;
    this.sites.hidden = empty;
    this.map.hidden = empty;
    if (empty) {
      return;
    }
    const site = kind.sites.includes(state.site) ? state.site : kind.sites.find(each => cells.sites.has(each)) ?? kind.sites[0];
    this.segments(kind, site);
    const grid = JSON.stringify([this.key, site]);
    if (this.grid !== grid) {
      this.grid = grid;
      this.map.replaceChildren(this.table(kind, site));
    }
    this.paint(site, state);
  }

  words(state, cells) {
    if (state.sweep === 'patch' && state.from.length === 0) {
      return 'Type the other prompt under What if first.';
    }
    const read = counted(cells.count, 'run');
    return {idle: 'Nothing is swept yet.', running: `${read} read… ${this.done ?? ''}`, done: `${read} read: press a cell to make its change.`,
      stopped: `Stopped after ${read}.`}[this.state] ?? this.state;
  }

  segments(kind, site) {
    if (this.segmented !== kind) {
      this.segmented = kind;
      this.sites.replaceChildren(...kind.sites.map(key => element('button', {type: 'button', 'data-site': key, click: () => this.listen.set({site: key})}, SITES[key])));
    }
    for (const each of this.sites.children) {
      each.setAttribute('aria-pressed', String(each.dataset.site === site));
    }
    this.settleSites();
  }

  table(kind, site) {
    const {run, state} = this.view;
    const {rows, name, count} = layoutOf(site, kind.key, this.listen.model(state), run.tokens.length);
    const first = Math.max(0, count - MOST_COLUMNS);
    const columns = Array.from({length: count - first}, (_, column) => first + column);
    const heads = columns.map(column => element('th', {scope: 'col'}, ...name === 'position' ? [tokenText(run.tokens[column])]
        : [name === 'head' ? `H${column}` : 'all positions']));
    this.buttons = new Map();
    return element('table', {class: 'heat sweep-map'}, element('caption', {class: 'unseen'}, `Effects of changing ${SITES[site]}`),
        element('thead', {}, element('tr', {}, element('td', {}), ...heads)),
        element('tbody', {}, ...Array.from({length: rows}, (_, row) => element('tr', {}, element('th', {scope: 'row'}, `Layer ${row}`),
            ...columns.map(column => element('td', {}, this.cell(site, row, column)))))));
  }

  cell(site, row, column) {
    const made = element('button', {type: 'button', class: 'heat-cell', 'data-key': `${row} ${column}`, disabled: true, click: () => {
      const cell = this.cells.at(site, row, column);
      this.listen.set(toggled(this.view.state, cell.edit), 'push');
    }});
    this.buttons.set(`${row} ${column}`, made);
    return made;
  }

  paint(site, state) {
    const scale = this.cells.scaleOf(site);
    for (const [key, made] of this.buttons) {
      const [row, column] = key.split(' ').map(Number);
      const cell = this.cells.at(site, row, column);
      const effect = cell === undefined ? NaN : number(cell.effect);
      const {fill, ink} = Number.isNaN(effect) ? NO_VALUE : colourOf(scale.toUnit(effect), 'signed');
      made.style.background = fill;
      made.style.color = ink ?? '';
      made.disabled = cell === undefined;
      made.textContent = cell === undefined ? '' : signed(effect);
      const on = cell !== undefined && isMade(state, cell.edit);
      made.setAttribute('aria-pressed', String(on));
      made.setAttribute('aria-label', cell === undefined ? `Layer ${row}: not read yet` : `${cell.edit}: ${signed(effect)}${on ? ', made' : ''}`);
      made.title = cell === undefined ? '' : `${cell.edit}: logit ${decimal(number(cell.value))}, ${signed(effect)}`;
    }
    this.settle();
  }
}
