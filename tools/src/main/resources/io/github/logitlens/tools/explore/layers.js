// One position, layer by layer: the table of first choices and the heat map of the first k.

import {colourOf} from './colour.js';
import {element, refill, roving, tokenText} from './dom.js';
import {METRICS} from './metrics.js';
import {number} from './run.js';
import {shown} from './text.js';
import {decimal, percent, place} from './words.js';

const {entropy: ENTROPY, klToFinal: KL} = Object.fromEntries(METRICS.map(metric => [metric.key, metric]));

const COLUMNS = [
  {label: 'Layer', meaning: 'A place in the residual stream: the embedding before any block, then after each block.'},
  {label: 'First choice', meaning: 'The most likely next token if the model stopped here. Press it to follow it.'},
  {label: 'Probability', meaning: 'How sure the layer is of its first choice.'},
  ENTROPY, KL,
  {label: 'Answer’s place', meaning: 'The place that the final first choice has here: #1 is in front.'},
];

/** The table and the heat map share how rows are chosen, lit and walked. */
class Rows {

  /** @param listen {choose(row), follow(token), light(row)} */
  constructor(host, name, listen) {
    this.listen = listen;
    this.body = element('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': name});
    host.append(this.body);
    this.settle = roving(this.body, 'button');
    this.body.addEventListener('pointerover', event => listen.light(rowOf(event.target)));
    this.body.addEventListener('pointerleave', () => listen.light(undefined));
  }

  show(view) {
    refill(this.body, this.table(view));
    this.body.querySelector('tr[aria-current] button')?.setAttribute('tabindex', '0');
    this.settle();
  }

  light(row) {
    for (const each of this.body.querySelectorAll('tr[data-row]')) {
      each.classList.toggle('lit', Number(each.dataset.row) === row);
    }
  }

  line({run, row: chosen}, row, ...cells) {
    return element('tr', {'data-row': row, 'aria-current': row === chosen ? 'true' : false},
        element('th', {scope: 'row'}, element('button', {
          type: 'button', class: 'plain', 'data-key': `row ${row}`, tabindex: -1, title: `Go to ${run.points[row].label}`,
          click: () => this.listen.choose(row),
        }, run.points[row].label)), ...cells);
  }
}

function rowOf(target) {
  const row = target.closest('[data-row]')?.dataset.row;
  return row === undefined ? undefined : Number(row);
}

function heads(...labels) {
  return element('thead', {}, element('tr', {}, ...labels));
}

export class LayerTable extends Rows {

  table(view) {
    const {run, position, path} = view;
    return element('table', {class: 'layers'},
        element('caption', {class: 'unseen'}, `First choice at every layer, position ${position}`),
        heads(...COLUMNS.map(({label, meaning}, at) =>
            element('th', {scope: 'col', title: meaning, class: at > 1 ? 'number' : ''}, label))),
        element('tbody', {}, ...run.readingsAt(position).map((reading, row) =>
            this.line(view, row, ...this.numbers(reading, row, path[row])))));
  }

  numbers(reading, row, step) {
    const token = reading?.top[0];
    if (token === undefined) {
      return COLUMNS.slice(1).map(() => element('td', {}, '…'));
    }
    const p = number(token.probability);
    const meter = element('span', {class: 'meter'});
    meter.style.width = `${Math.min(Math.max(p, 0), 1) * 100}%`;
    const follow = element('button', {
      type: 'button', class: 'plain', 'data-key': `token ${row}`, tabindex: -1, title: `Follow ${shown(token)} (id ${token.id})`,
      click: () => this.listen.follow(token),
    }, tokenText(token));
    return [
      element('td', {}, follow),
      element('td', {class: 'number metered'}, meter, element('span', {}, percent(p))),
      element('td', {class: 'number'}, decimal(number(reading.entropy))),
      element('td', {class: 'number'}, decimal(number(reading.klToFinal))),
      element('td', {class: 'number'}, step === undefined ? '–' : place(step.rank)),
    ];
  }
}

/** What the table's columns mean, for an explanation. */
export const LAYER_MEANINGS = COLUMNS.map(({label, meaning}) => `${label}: ${meaning}`);

/** Layers × first k tokens, coloured by probability from 0 to 1. */
export class HeatMap extends Rows {

  table(view) {
    const {run, position} = view;
    const readings = run.readingsAt(position);
    const k = Math.max(0, ...readings.map(reading => reading?.top.length ?? 0));
    return element('table', {class: 'heat'},
        element('caption', {class: 'unseen'}, `The first ${k} tokens at every layer, position ${position}`),
        heads(element('th', {scope: 'col'}, 'Layer'),
            ...Array.from({length: k}, (_, rank) => element('th', {scope: 'col'}, `#${rank + 1}`))),
        element('tbody', {}, ...readings.map((reading, row) => this.line(view, row,
            ...(reading?.top ?? []).map((token, rank) => this.cell(token, `${row} ${rank}`))))));
  }

  cell(token, key) {
    const p = number(token.probability);
    const made = element('button', {
      type: 'button', class: 'heat-cell', 'data-key': `heat ${key}`, tabindex: -1,
      title: `${shown(token)} ${percent(p)} (id ${token.id}): follow it`, click: () => this.listen.follow(token),
    }, tokenText(token), element('span', {class: 'unseen'}, ` ${percent(p)}`));
    const {fill, ink} = colourOf(Number.isNaN(p) ? 0 : p);
    made.style.backgroundColor = fill;
    made.style.color = ink;
    return element('td', {}, made);
  }
}
