// The way of the answer through the layers: its place at each, in rows that lie beside the grid's, with what is worth seeing
// pinned to the row where it happens.

import {element, refill, roving, tokenText} from './dom.js';
import {shown} from './text.js';
import {percent, place} from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
/** The drawing, in pixels: from the worst place on the left to the first on the right. */
const LEFT = 10;
const RIGHT = 74;
const WIDTH = 84;

export class Thread {

  /** @param listen {choose(row), light(row)} */
  constructor(host, listen) {
    this.host = host;
    this.listen = listen;
    this.head = element('h2', {class: 'thread-head'});
    this.list = element('ol', {class: 'thread-rows', 'aria-label': 'The way of the answer through the layers'});
    this.line = element('div', {'aria-hidden': 'true'});
    this.inner = element('div', {class: 'thread-inner'}, this.line, this.list);
    this.window = element('div', {class: 'thread-window'}, this.inner);
    host.append(this.head, this.window);
    this.settle = roving(this.list, 'button');
    this.list.addEventListener('pointerover', event => this.listen.light(rowOf(event.target)));
    this.list.addEventListener('pointerleave', () => this.listen.light(undefined));
  }

  /** @param size {head, row, scroll, height}: of the grid, whose rows these are beside */
  show(view, size) {
    const {run, answer, path, decided, row: chosen} = view;
    this.head.style.height = `${size.head}px`;
    this.window.style.height = `${size.height - size.head}px`;
    this.scroll(size.scroll);
    this.head.replaceChildren(...answer ? ['The way of ', tokenText(answer.token)] : []);
    const worst = Math.max(10, ...path.map(step => step?.rank ?? 0));
    const along = rank => RIGHT - (RIGHT - LEFT) * Math.log(rank) / Math.log(worst);
    const middle = row => (row + 0.5) * size.row - 1;
    refill(this.list, ...run.points.map((point, row) => {
      const pins = view.observations.filter(pin => pin.row === row && !(row === decided && pin.name === 'First seen'));
      return this.row(run, row, path[row], pins, row === decided, row === chosen, size.row, answer);
    }));
    this.line.replaceChildren(drawing(run, path, along, middle, decided, size.row));
    this.settle();
  }

  row(run, row, step, pins, decided, chosen, height, answer) {
    const said = step === undefined ? 'not known' : `${place(step.rank)}, ${percent(step.probability)}`;
    const made = element('button', {
      type: 'button', 'data-key': `row ${row}`, 'data-row': row, tabindex: chosen ? 0 : -1, class: 'thread-row',
      'aria-current': chosen ? 'true' : false,
      'aria-label': `${run.points[row].label}: ${answer ? shown(answer.token) : ''} ${said}${pins.map(pin => `; ${pin.caption}`).join('')}`,
      title: pins.map(pin => pin.text).join('\n') || `${run.points[row].label}: ${said}`,
      click: () => this.listen.choose(row),
    }, element('span', {class: 'thread-layer'}, run.points[row].label), element('span', {class: 'thread-place'}, step === undefined ? '–' : place(step.rank)),
        ...pins.map(pin => element('span', {class: decided && pin.name === 'Decided' ? 'pin pin-decided' : 'pin'}, pin.caption)));
    const item = element('li', {}, made);
    item.style.height = `${height}px`;
    return item;
  }

  /** Follows the grid when that scrolls. */
  scroll(top) {
    this.inner.style.transform = `translateY(${-top}px)`;
  }

  light(row) {
    for (const each of this.list.querySelectorAll('.thread-row')) {
      each.classList.toggle('lit', Number(each.dataset.row) === row);
    }
  }
}

function rowOf(target) {
  const row = target.closest('[data-row]')?.dataset.row;
  return row === undefined ? undefined : Number(row);
}

function drawing(run, path, along, middle, decided, height) {
  const root = shape('svg', {class: 'thread-line', width: WIDTH, height: run.points.length * height});
  root.append(shape('path', {class: 'thread-goal', d: `M${RIGHT} 0V${run.points.length * height}`}));
  const known = run.stream.filter(row => path[row] !== undefined);
  root.append(shape('path', {class: 'thread-way', d: known.map((row, at) =>
      `${at === 0 ? 'M' : 'L'}${along(path[row].rank).toFixed(1)} ${middle(row)}`).join('')}));
  path.forEach((step, row) => step && root.append(shape('circle', {
    cx: along(step.rank).toFixed(1), cy: middle(row), r: row === decided ? 5.5 : 3.5,
    class: step.rank === 1 ? 'thread-dot thread-first' : 'thread-dot',
  })));
  return root;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}
