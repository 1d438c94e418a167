// Tracking: the tokens that are followed, their chart, their numbers, and the box that adds one.

import {arrange, button, element, explanation, roving, tokenText} from './dom.js';
import {DASHES, lineChart, QUANTITIES} from './lines.js';
import {themeOf} from './paint.js';
import {shown} from './text.js';

const SVG = 'http://www.w3.org/2000/svg';

export class Tracks {

  /** @param listen {add(text), remove(id), reset(), quantity(key), light(row)}; without `add` there is no box to type in */
  constructor(host, listen) {
    this.host = host;
    this.listen = listen;
    this.quantities = element('div', {class: 'segments', role: 'group', 'aria-label': 'What the lines show'},
        ...QUANTITIES.map(({key, label}) =>
            element('button', {type: 'button', 'data-quantity': key, click: () => this.listen.quantity(key)}, label)));
    roving(this.quantities, 'button');
    this.chart = element('div', {class: 'chart'});
    this.legend = element('ul', {class: 'chart-legend', 'aria-label': 'Tokens that are followed'});
    this.settle = roving(this.legend, 'button');
    this.answers = element('div', {class: 'answers', role: 'status'});
    this.table = element('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'The lines as a table'});
    host.append(this.quantities, this.chart, this.legend, ...listen.add ? [this.box()] : [], this.answers,
        element('details', {class: 'why'}, element('summary', {}, 'The same as a table'), this.table),
        explanation('What am I seeing?',
            'Each line is one token and its way through the layers at the chosen position. At first these are all tokens '
            + 'that are first choice somewhere. Press a token anywhere on the page to follow it, × to stop.',
            ...QUANTITIES.map(({label, meaning}) => `${label}: ${meaning}`)));
    this.chart.addEventListener('pointerleave', () => this.listen.light(undefined));
  }

  box() {
    this.input = element('input', {
      type: 'text', name: 'track', placeholder: 'a token, such as " Paris"', autocomplete: 'off', spellcheck: 'false',
      'aria-label': 'Follow a token: type its text, with its leading space if it has one',
    });
    const submit = event => {
      event.preventDefault();
      if (this.input.value !== '') {
        this.listen.add(this.input.value);
        this.input.value = '';
      }
    };
    return element('form', {class: 'track-box', submit}, this.input, element('button', {type: 'submit'}, 'Follow'),
        button('Reset', 'Reset: follow the first choices of all layers again', this.listen.reset));
  }

  show({run, followed, state}) {
    const quantity = QUANTITIES.find(({key}) => key === state.lines) ?? QUANTITIES[0];
    for (const segment of this.quantities.children) {
      segment.setAttribute('aria-pressed', String(segment.dataset.quantity === quantity.key));
    }
    const theme = themeOf(this.host);
    const drawn = [run, quantity, theme.ink, ...followed.flatMap(({token, path}) => [token.id, path])];
    if (drawn.length === this.of?.length && drawn.every((part, at) => part === this.of[at])) {
      return;
    }
    this.of = drawn;
    this.drawn?.destroy();
    this.chart.replaceChildren();
    this.drawn = lineChart(this.chart, run, followed, quantity, theme, row => this.listen.light(row));
    this.shown = {run, followed, quantity};
    this.legendOf(followed, theme);
    this.values(undefined);
    this.table.replaceChildren(valueTable(run, followed, quantity));
  }

  light(row) {
    this.drawn?.light(row);
    this.values(row);
  }

  /** One entry for each token, the same element for as long as the token is followed. */
  legendOf(followed, theme) {
    const kept = new Map(Array.from(this.legend.children, entry => [entry.dataset.id, entry]));
    arrange(this.legend, followed.map(({token}, index) => {
      const entry = kept.get(String(token.id)) ?? this.entry(token.id);
      const [swatch, text, , close] = entry.children;
      swatch.replaceWith(swatchOf(index, theme));
      text.replaceChildren(tokenText(token));
      if (close) {
        close.title = `Stop following ${shown(token)}`;
        close.setAttribute('aria-label', close.title);
      }
      return entry;
    }));
    this.settle();
  }

  entry(id) {
    const entry = element('li', {'data-id': id}, element('span'),
        element('span', {title: `id ${id}`}), element('span', {class: 'legend-value'}));
    if (this.listen.remove) {
      entry.append(button('×', 'Stop following', () => this.drop(entry), 'close'));
    }
    return entry;
  }

  /** Stops following a token. The focus, which was on its button, goes to the one beside it. */
  drop(entry) {
    const beside = entry.nextElementSibling ?? entry.previousElementSibling;
    this.listen.remove(Number(entry.dataset.id));
    (beside?.querySelector('.close') ?? this.input)?.focus();
  }

  /** Writes beside the tokens what their lines are worth at a row, or at the last one. */
  values(row) {
    if (this.shown === undefined) {
      return;
    }
    const {run, followed, quantity} = this.shown;
    const at = row ?? run.finalPoint;
    this.legend.querySelectorAll('.legend-value').forEach((value, index) => {
      const step = followed[index]?.path[at];
      value.textContent = step === undefined ? '–' : quantity.format(step[quantity.key]);
      value.title = `at ${run.points[at].label}`;
    });
  }

  /** What the box found, or why it found nothing. */
  answer(...parts) {
    this.answers.replaceChildren(...parts);
  }
}

function swatchOf(index, theme) {
  const root = document.createElementNS(SVG, 'svg');
  root.setAttribute('class', 'swatch');
  root.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', 'M0 6H28');
  line.setAttribute('stroke', theme.lines[index % theme.lines.length]);
  line.setAttribute('stroke-dasharray', DASHES[index % DASHES.length].join(' '));
  root.append(line);
  return root;
}

function valueTable(run, followed, quantity) {
  return element('table', {class: 'layers'},
      element('caption', {class: 'unseen'}, `${quantity.label} of the followed tokens at every layer`),
      element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, 'Layer'),
          ...followed.map(({token}) => element('th', {scope: 'col', class: 'number'}, tokenText(token))))),
      element('tbody', {}, ...run.points.map(point => element('tr', {}, element('th', {scope: 'row'}, point.label),
          ...followed.map(({path}) => element('td', {class: 'number'},
              path[point.index] === undefined ? '–' : quantity.format(path[point.index][quantity.key])))))));
}
