// Tracking: the tokens that are followed, their chart, their numbers, and the box that adds one.

import {arrange, button, element, explanation} from './dom.js';
import {lineChart, lineColour, QUANTITIES} from './lines.js';
import {themeOf} from './paint.js';
import {quoted} from './text.js';

export class Tracks {

  /**
   * @param listen {add(text), remove(id), reset(), quantity(key)}; without `add` there is no box to type in
   */
  constructor(host, listen) {
    this.host = host;
    this.listen = listen;
    this.quantities = element('div', {class: 'segments', role: 'group', 'aria-label': 'Quantity'},
        ...QUANTITIES.map(({key, label}) =>
            element('button', {type: 'button', 'data-quantity': key, click: () => this.listen.quantity(key)}, label)));
    this.meaning = element('p', {class: 'meaning'});
    this.chart = element('div', {class: 'chart'});
    this.legend = element('ul', {class: 'chart-legend'});
    this.answers = element('div', {class: 'answers', role: 'status'});
    this.table = element('div', {class: 'scroller'});
    host.append(this.quantities, this.meaning, this.chart, this.legend, ...listen.add ? [this.box()] : [], this.answers,
        element('details', {class: 'why'}, element('summary', {}, 'The same as a table'), this.table),
        explanation('What am I seeing?',
            'Each line is one token and its way through the layers at the selected position. At first these are all tokens '
            + 'that are first choice somewhere. Click a token anywhere on the page to follow it, × to stop.',
            ...QUANTITIES.map(({label, meaning}) => `${label}: ${meaning}`)));
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
        button('Reset', 'Follow the first choices of all layers again', this.listen.reset));
  }

  /** @param paths [{token, path}] */
  show(run, paths, quantityKey) {
    const quantity = QUANTITIES.find(({key}) => key === quantityKey) ?? QUANTITIES[0];
    for (const segment of this.quantities.children) {
      segment.setAttribute('aria-pressed', String(segment.dataset.quantity === quantity.key));
    }
    this.meaning.textContent = quantity.meaning;
    this.destroy?.();
    this.chart.replaceChildren();
    this.destroy = lineChart(this.chart, run, paths, quantity, themeOf(this.host),
        point => this.values(run, paths, quantity, point ?? run.finalPoint));
    this.legendOf(paths);
    this.values(run, paths, quantity, run.finalPoint);
    this.table.replaceChildren(valueTable(run, paths, quantity));
  }

  /** One entry for each token, the same element for as long as the token is followed. */
  legendOf(paths) {
    const kept = new Map(Array.from(this.legend.children, entry => [entry.dataset.id, entry]));
    arrange(this.legend, paths.map(({token}, index) => {
      const entry = kept.get(String(token.id)) ?? this.entry(token.id);
      const [swatch, text, , close] = entry.children;
      swatch.style.backgroundColor = lineColour(index);
      text.textContent = quoted(token);
      if (close) {
        close.title = `Stop following ${quoted(token)}`;
        close.setAttribute('aria-label', close.title);
      }
      return entry;
    }));
  }

  entry(id) {
    const entry = element('li', {'data-id': id}, element('span', {class: 'swatch'}),
        element('span', {class: 'token', dir: 'ltr', title: `id ${id}`}), element('span', {class: 'legend-value'}));
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

  /** Writes into the legend what the lines are worth at one point. */
  values(run, paths, quantity, point) {
    this.legend.querySelectorAll('.legend-value').forEach((value, index) => {
      const step = paths[index]?.path[point];
      value.textContent = step === undefined ? '–' : quantity.format(step[quantity.key]);
      value.title = `at ${run.points[point].label}`;
    });
  }

  /** What the box found, or why it found nothing. */
  answer(...parts) {
    this.answers.replaceChildren(...parts);
  }
}

function valueTable(run, paths, quantity) {
  return element('table', {class: 'layers'},
      element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, 'Point'),
          ...paths.map(({token}) => element('th', {scope: 'col', dir: 'ltr'}, quoted(token))))),
      element('tbody', {}, ...run.points.map(point => element('tr', {}, element('th', {scope: 'row'}, point.label),
          ...paths.map(({path}) => element('td', {class: 'number'},
              path[point.index] === undefined ? '–' : quantity.format(path[point.index][quantity.key])))))));
}
