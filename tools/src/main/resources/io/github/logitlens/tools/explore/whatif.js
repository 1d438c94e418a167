// What if: an edit put together from the chosen cell or written by hand, and another prompt whose cells can be carried into the grid.

import {arrange, button, element, explanation, roving, select, tokenText} from './dom.js';
import {added, otherOf, patching, placeAt, steering} from './edits.js';
import {shown} from './text.js';

const VERBS = [
  {key: 'zero', label: 'take away (0)'},
  {key: 'mean', label: 'replace by its mean'},
  {key: 'scale', label: 'multiply by'},
  {key: 'steer', label: 'push towards a token'},
];
/** Of another prompt, as many positions can be carried over. */
const MOST_COLUMNS = 48;
const CELL = 'application/x-lens-cell';

export class WhatIf {

  /**
   * @param second the other prompt's run: second(state) gives {document} (see run.js), {error} or {}
   * @param listen {set(changes, history), grid(): the viewer's, nHeads(state), lenses and models: their names}
   */
  constructor(host, second, listen) {
    this.second = second;
    this.listen = listen;
    host.classList.add('broad', 'whatif');
    const columns = element('div', {class: 'whatif-columns'});
    this.buildChange(columns);
    this.buildOther(columns);
    host.append(columns, explanation('What am I seeing?',
        'An edit changes what stands at one place while the model runs, and everything behind it is computed anew: what comes out '
        + 'otherwise was caused by it. Edits stand above the grid, each on or off; Difference shows what they changed, and greys what they '
        + 'cannot reach.',
        'To patch, type another prompt, and drag one of its cells onto a cell of the grid; or press it, choose a cell of the grid, and press '
        + '“Put it there”. The written form is that of lens --edit: zero:L5H3, mean:L5.mlp_out, scale:L7H3*0.5, steer:L6.resid_post@-1*4=unembed: Rome, '
        + 'patch:L4.resid_post@-1, cut:L4H0@6/3.'));
  }

  // --- one edit ---

  buildChange(host) {
    this.where = element('p', {class: 'faint'});
    this.verb = select('What is done', VERBS, () => this.write());
    this.place = select('To what', [], () => this.write());
    this.reach = select('Where', [{key: 'here', label: 'at this position'}, {key: 'all', label: 'at all positions'}], () => this.write());
    this.factor = element('input', {type: 'number', 'aria-label': 'How much', step: 'any', value: 2, input: () => this.write()});
    this.towards = element('input', {type: 'text', 'aria-label': 'Towards which token', placeholder: ' Rome', spellcheck: 'false', autocomplete: 'off', input: () => this.write()});
    this.written = element('input', {type: 'text', 'aria-label': 'The edit, as it is written', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off'});
    const form = element('form', {class: 'edit-form', submit: event => { event.preventDefault(); this.add(this.written.value.trim()); }},
        element('div', {class: 'edit-words'}, this.verb, this.factor, this.towards, this.place, this.reach),
        element('div', {class: 'edit-written'}, this.written, element('button', {type: 'submit', class: 'primary'}, 'Add the edit')));
    host.append(element('section', {'aria-label': 'Change the chosen cell'}, element('h3', {}, 'Change something'), this.where, form));
  }

  add(edit) {
    if (edit !== '') {
      this.listen.set({...added(this.view.state, edit), show: this.view.state.show === 'before' ? 'after' : this.view.state.show}, 'push');
    }
  }

  /** Writes the edit that the words say. */
  write() {
    const verb = this.verb.value;
    this.factor.hidden = verb !== 'scale' && verb !== 'steer';
    this.towards.hidden = verb !== 'steer';
    const place = this.reach.value === 'here' ? `${this.place.value}@${this.view.position}` : this.place.value;
    const factor = Number.isFinite(this.factor.valueAsNumber) ? this.factor.valueAsNumber : 1;
    this.written.value = verb === 'steer' ? steering(place, factor, this.towards.value || shownAnswer(this.view)) : `${verb}:${place}${verb === 'scale' ? `*${factor}` : ''}`;
  }

  /** What can be changed at a row: what it reads, and what the parts of its layer write. */
  places({run, row, state}) {
    const point = run.points[row];
    const own = {key: placeAt(point), label: point.kind === 'embed' ? 'the embedding' : `the residual stream, ${point.label}`};
    if (point.layer === null || point.layer === undefined) {
      return [own];
    }
    const heads = Array.from({length: this.listen.nHeads(state)}, (_, head) => ({key: `L${point.layer}H${head}`, label: `head L${point.layer}H${head}`}));
    const parts = [{key: `L${point.layer}.attn_out`, label: `what attention ${point.layer} writes`}, {key: `L${point.layer}.mlp_out`, label: `what MLP ${point.layer} writes`}];
    return [...new Map([own, ...parts, ...heads].map(each => [each.key, each])).values()];
  }

  // --- another prompt ---

  buildOther(host) {
    this.prompt = element('input', {type: 'text', 'aria-label': 'Another prompt to patch from', placeholder: 'The Colosseum is in', spellcheck: 'false', autocomplete: 'off',
      change: () => this.from()});
    this.put = element('button', {type: 'button', 'data-key': 'put', click: () => this.patch(this.view.row, this.view.position, this.picked)}, 'Put it there');
    this.told = element('p', {class: 'faint', role: 'status'});
    this.compare = select('Compare with', [{key: '', label: 'nothing'}, {key: 'prompt', label: 'the other prompt'},
      ...this.listen.lenses.map(key => ({key, label: `the ${key} lens`})), ...this.listen.models.map(id => ({key: `model:${id}`, label: `the model ${id}`}))], other => this.listen.set({other, show: other === '' ? 'after' : 'difference'}, 'push'));
    this.cells = element('div', {class: 'scroller second', role: 'group', 'aria-label': 'Cells of the other prompt', tabindex: -1});
    this.settle = roving(this.cells, 'button');
    const form = element('form', {class: 'edit-written', submit: event => { event.preventDefault(); this.from(); }}, this.prompt, element('button', {type: 'submit'}, 'Read it'));
    host.append(element('section', {'aria-label': 'Patch from another prompt'}, element('h3', {}, 'Patch from another prompt'), form,
        element('div', {class: 'second-told'}, this.told, this.put), this.cells,
        element('div', {class: 'edit-words'}, element('span', {}, 'Compare this run with'), this.compare)));
  }

  /** The other prompt; edits that take from it stay, and take from the new one. */
  from() {
    const text = this.prompt.value;
    const [, ...others] = this.view.state.from;
    this.picked = undefined;
    this.listen.set({from: text.trim() === '' ? [] : [text, ...others]}, 'push');
  }

  patch(row, position, picked) {
    if (picked !== undefined) {
      this.add(patching(placeAt(this.view.run.points[row], position), picked));
    }
  }

  /** Takes what is dropped on a grid. */
  dropOn(grid) {
    const place = event => {
      const {row, column} = grid.hit(event);
      return row >= 0 && column >= 0 ? {row, column} : undefined;
    };
    grid.host.addEventListener('dragover', event => {
      if (event.dataTransfer.types.includes(CELL)) {
        const at = place(event);
        grid.hover(at);
        event.dataTransfer.dropEffect = at ? 'copy' : 'none';
        event.preventDefault();
      }
    });
    grid.host.addEventListener('dragleave', () => grid.hover(undefined));
    grid.host.addEventListener('drop', event => {
      const at = place(event);
      if (event.dataTransfer.types.includes(CELL)) {
        event.preventDefault();
        grid.hover(undefined);
        if (at) {
          this.patch(at.row, grid.view.run.positions[at.column], event.dataTransfer.getData(CELL));
        }
      }
    });
  }

  // --- what is shown ---

  show(view) {
    this.view = view;
    if (this.dropped === undefined) {
      this.dropped = this.listen.grid();
      this.dropOn(this.dropped);
    }
    const {run, row, position, state} = view;
    const cell = JSON.stringify([run.points[row].name, position, state.model]);
    if (this.cell !== cell) {
      this.cell = cell;
      const before = this.place.value;
      const places = this.places(view);
      arrange(this.place, places.map(({key, label}) => element('option', {value: key}, label)));
      this.place.value = places.some(({key}) => key === before) ? before : places[0].key;
      this.where.replaceChildren('In the chosen cell, ', element('strong', {}, run.points[row].label), ' after ', tokenText(run.tokens[position]), ` (position ${position}):`);
      this.write();
    }
    if (document.activeElement !== this.prompt) {
      this.prompt.value = state.from[0] ?? '';
    }
    for (const option of this.compare.options) {
      option.disabled = option.value !== '' && otherOf({...state, other: option.value}) === '';
    }
    this.compare.value = otherOf(state);
    this.other(view);
  }

  other({run, row, position, state}) {
    const {document: other, error} = this.second(state);
    const here = `${run.points[row].label}, position ${position}`;
    this.told.textContent = error ?? (state.from.length === 0 ? '' : other === undefined ? 'Being read…'
        : this.picked === undefined ? 'Drag a cell onto the grid, or press it.' : `${this.picked} is to be put at ${here}.`);
    this.told.classList.toggle('failed', error !== undefined);
    this.put.hidden = this.picked === undefined;
    this.put.setAttribute('aria-label', `Put ${this.picked} at ${here}`);
    this.cells.hidden = other === undefined;
    if (other !== undefined && this.drawn !== other) {
      this.drawn = other;
      this.picked = undefined;
      this.put.hidden = true;
      this.cells.replaceChildren(this.table(other));
      this.settle();
    }
  }

  table(run) {
    const positions = run.positions.slice(0, MOST_COLUMNS);
    return element('table', {class: 'heat'},
        element('thead', {}, element('tr', {}, element('td', {}), ...positions.map(position => element('th', {scope: 'col'}, tokenText(run.tokens[position]))))),
        element('tbody', {}, ...run.points.map((point, row) => element('tr', {}, element('th', {scope: 'row'}, point.label),
            ...positions.map(position => element('td', {}, this.pickable(run, row, position)))))));
  }

  pickable(run, row, position) {
    const place = placeAt(run.points[row], position);
    const top = run.top(row, position);
    return element('button', {type: 'button', class: 'heat-cell', draggable: 'true', 'data-key': place, 'aria-pressed': 'false',
      'aria-label': `${run.points[row].label}, position ${position}: ${shown(top)}. Pick it`,
      dragstart: event => { event.dataTransfer.setData(CELL, place); event.dataTransfer.effectAllowed = 'copy'; },
      click: event => this.pick(place, event.currentTarget)}, tokenText(top));
  }

  pick(place, pressed) {
    this.picked = this.picked === place ? undefined : place;
    this.cells.querySelectorAll('button').forEach(each => each.setAttribute('aria-pressed', String(each === pressed && this.picked !== undefined)));
    this.other(this.view);
  }
}

function shownAnswer({answer}) {
  return answer?.token.text ?? '';
}
