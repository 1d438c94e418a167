// Everything that shows a run: grid, card, and the panels of one position. The page around it only has to bring runs;
// the one-file export brings one and nothing else.

import {card, cardText, placeBeside} from './card.js';
import {Colouring} from './colouring.js';
import {button, element, explanation, refill, select} from './dom.js';
import {Grid} from './grid.js';
import {heatMap, LAYER_MEANINGS, layerTable} from './layers.js';
import {Legend} from './legend.js';
import {isIn, METRICS, metricOf, named, TRACKED} from './metrics.js';
import {observations} from './observations.js';
import {scaleNamed, SCALES} from './scale.js';
import {quoted} from './text.js';
import {Tracks} from './tracks.js';
import {distinctFirstChoices, pathIn} from './trajectory.js';

const MOST_FOLLOWED = 12;
const MOST_BY_THEMSELVES = 8;

export class Viewer {

  /**
   * @param source {paths(run, position, ids), candidates(text), tools}: where paths that a run does not hold come from; what
   *               a typed token can mean; elements for the tool bar. None is needed.
   * @param state  the view's part of state.js's state; changed by the viewer, who then calls changed(state)
   */
  constructor(host, source, state, changed) {
    this.source = source;
    this.state = state;
    this.changed = changed;
    this.names = new Map();
    this.follow = this.follow.bind(this);
    this.build(host);
    this.listen = {
      follow: this.follow,
      pin: cell => this.pin(cell),
      close: () => this.unpin(),
    };
  }

  build(host) {
    this.choices = element('div', {class: 'choices'});
    const legend = element('div');
    const window = element('div');
    this.floating = element('div', {class: 'card-floating', hidden: true, 'aria-hidden': 'true'});
    this.pinned = element('aside', {class: 'card-pinned', hidden: true, 'aria-label': 'Pinned cell'});
    this.pinned.addEventListener('keydown', event => event.key === 'Escape' && this.unpin(true));
    this.words = element('ul', {class: 'observations'});
    const tracks = element('section', {class: 'panel', 'aria-label': 'Tokens over layers'}, element('h2', {}, 'Tokens over layers'));
    this.table = element('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Layer by layer'});
    this.heat = element('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Confidence heat map'});
    host.append(
        element('section', {class: 'panel grid-panel', 'aria-label': 'Grid'},
            element('h2', {}, 'Every layer at every position'),
                element('div', {class: 'toolbar'}, this.choices, ...this.source.tools ?? []), legend,
                element('div', {class: 'grid-and-card'}, window, element('div', {class: 'card-dock'}, this.pinned, gridHelp()))),
        this.positionBar(),
        element('div', {class: 'panels'},
            element('section', {class: 'panel', 'aria-label': 'Key observations'}, element('h2', {}, 'Key observations'), this.words),
            tracks,
            element('section', {class: 'panel'}, element('h2', {}, 'Layer by layer'), this.table,
                explanation('What am I seeing?', ...LAYER_MEANINGS)),
            element('section', {class: 'panel'}, element('h2', {}, 'Confidence heat map'), this.heat,
                explanation('What am I seeing?', 'The most likely tokens of each point from left to right. The colour is the '
                    + 'probability, from 0 (dark) to 1 (bright): a bright first column means a point that is sure.'))),
        this.floating);
    this.legend = new Legend(legend);
    this.grid = new Grid(window, {
      hover: (cell, anchor) => this.hover(cell, anchor),
      leave: () => { this.floating.hidden = true; },
      pin: cell => this.pin(cell),
      unpin: () => this.unpin(),
      select: position => this.selectPosition(position),
    });
    this.tracks = new Tracks(tracks, {
      add: this.source.candidates && (text => this.addTyped(text)),
      remove: this.source.paths && (id => this.setTracked(this.followed().map(token => token.id).filter(other => other !== id))),
      reset: () => this.setTracked(undefined),
      quantity: key => this.set({lines: key}),
    });
  }

  // --- what is shown ---

  /** Shows a run, which may still be filling. */
  show(run) {
    const before = this.run;
    const other = before === undefined || !run.isOfTheSame(before);
    this.run = run;
    if (other) {
      this.closeCards();
    } else if (before !== run) {
      this.moveCard(before);
    }
    this.refresh();
    if (other) {
      this.grid.reveal(this.selected);
    }
    if (this.state.point >= 0 && this.state.point < run.points.length && this.pinned.hidden && run.isComplete()) {
      this.showPinned({point: this.state.point, position: this.selected});
    }
  }

  /** The chosen cell stays at its point, of which there may be more or fewer now. */
  moveCard(before) {
    if (this.state.point < 0) {
      return;
    }
    const point = this.run.indexOf(before.points[this.state.point]);
    if (point < 0) {
      this.closeCards();
    } else if (this.pinnedCell !== undefined) {
      this.pinnedCell = {...this.pinnedCell, point};
    }
    if (point !== this.state.point) {
      this.state.point = point;
      this.changed(this.state, {point});
    }
  }

  /** Draws everything again from the run and the state. */
  refresh() {
    if (this.run === undefined) {
      return;
    }
    const metric = this.metric();
    const scale = scaleNamed(this.state.scale) ?? scaleNamed(metric.scale);
    this.colouring = new Colouring(this.run, metric, scale.key);
    this.chooseFrom(metric, scale);
    this.grid.show(this.run, this.colouring);
    this.grid.select(this.selected);
    const tracked = metric.tracked ? this.run.reading(this.run.finalPoint, this.selected)?.tracked?.[0] : undefined;
    this.legend.show(this.colouring, scale, tracked ? quoted(tracked) : undefined);
    this.fillPinned();
    this.positionOf();
    this.panels();
  }

  restyle() {
    this.grid.restyle();
    this.refresh();
  }

  /** The metric chosen, or the first one while the run's readings do not have it. */
  metric() {
    const chosen = metricOf(this.state.metric);
    return chosen !== undefined && isIn(chosen, this.run) ? chosen : METRICS[0];
  }

  metrics() {
    return [...METRICS, ...TRACKED].filter(metric => this.source.paths || isIn(metric, this.run));
  }

  /** The position whose panels are shown. */
  get selected() {
    return this.run.positions.includes(this.state.position) ? this.state.position : this.run.lastPosition;
  }

  chooseFrom(metric, chosen) {
    const negative = new Colouring(this.run, metric, 'linear').scale.low < 0;
    const scales = SCALES.filter(scale => scale.key !== 'log' || !negative);
    const metrics = this.metrics().map(each => ({key: each.key, label: named(each)}));
    const choose = [
      element('label', {}, 'Colour ', select('Metric', metrics, this.state.metric, key => this.set({metric: key}))),
      element('label', {}, 'Scale ', select('Scale', scales, chosen.key, key => this.set({scale: key}))),
    ];
    const held = this.choices.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
    this.choices.replaceChildren(...choose);
    if (held) {
      this.choices.querySelector(`[aria-label="${CSS.escape(held)}"]`).focus();
    }
  }

  /** The bar that chooses a position: its parts stay, so that who uses them can go on. */
  positionBar() {
    const step = by => this.selectPosition(this.run.positions[this.run.positions.indexOf(this.selected) + by]);
    this.before = button('‹', 'Previous position', () => step(-1));
    this.after = button('›', 'Next position', () => step(1));
    this.field = element('input', {
      type: 'number', 'aria-label': 'Position',
      change: () => this.run.positions.includes(this.field.valueAsNumber) && this.selectPosition(this.field.valueAsNumber),
    });
    this.place = element('span', {class: 'position-token'});
    return element('div', {class: 'position-bar'}, this.before, element('label', {}, 'Position ', this.field), this.after,
        this.place);
  }

  positionOf() {
    const {positions, tokens} = this.run;
    const held = [this.before, this.after].find(each => each === document.activeElement);
    this.before.disabled = this.selected === positions[0];
    this.after.disabled = this.selected === positions.at(-1);
    if (held?.disabled) {
      (held === this.before ? this.after : this.before).focus();
    }
    Object.assign(this.field, {min: positions[0], max: positions.at(-1)});
    if (this.field.valueAsNumber !== this.selected) {
      this.field.value = this.selected;
    }
    const next = this.run.nextToken(this.selected);
    this.place.replaceChildren('after ', element('strong', {dir: 'ltr'}, quoted(tokens[this.selected])),
        next === undefined ? ', the last token' : element('span', {}, ', before ', element('span', {dir: 'ltr'}, quoted(next))));
  }

  // --- the panels of one position ---

  panels() {
    const {run, selected} = this;
    this.drawPanels(new Map(this.followedIds().map(id => [id, {path: pathIn(run, selected, id)}])));
    if (this.source.paths && run.isComplete()) {
      this.fetchPaths(run, selected);
    }
  }

  async fetchPaths(run, position) {
    const ids = this.followedIds();
    const paths = await this.source.paths(run, position, ids);
    if (paths !== undefined && this.run === run && this.selected === position && sameIds(ids, this.followedIds())) {
      this.drawPanels(paths);
    }
  }

  /** @param paths by id: {token, path} */
  drawPanels(paths) {
    const {run, selected} = this;
    const final = run.top(run.finalPoint, selected);
    const finalPath = final === undefined ? undefined : paths.get(final.id)?.path;
    for (const {token} of paths.values()) {
      if (token !== undefined) {
        this.names.set(token.id, token);
      }
    }
    this.words.replaceChildren(...observations(run, selected, finalPath ?? []).map(({name, text, meaning}) =>
        element('li', {}, element('strong', {}, name), element('span', {class: 'observation'}, text),
            element('span', {class: 'meaning'}, meaning))));
    this.tracks.show(run, this.followed().map(token => {
      const known = paths.get(token.id);
      return {token: known?.token ?? token, path: known?.path ?? []};
    }), this.state.lines);
    refill(this.table, layerTable(run, selected, finalPath, this.listen));
    refill(this.heat, heatMap(run, selected, this.listen));
  }

  /** The tokens that are followed: those chosen, or all that are first choice somewhere. */
  followed() {
    if (this.state.tracked === undefined) {
      return distinctFirstChoices(this.run, this.selected).slice(0, MOST_BY_THEMSELVES);
    }
    return this.state.tracked.map(id => this.known(id));
  }

  /** A followed token with its text, as far as the page has met it. */
  known(id) {
    return this.names.get(id) ?? {id, text: `id ${id}`};
  }

  /** The ids whose paths the panels need: the followed ones and the final prediction. */
  followedIds() {
    const final = this.run.top(this.run.finalPoint, this.selected);
    return [...new Set([...this.followed().map(token => token.id), ...final === undefined ? [] : [final.id]])];
  }

  // --- what the reader does ---

  set(changes) {
    Object.assign(this.state, changes);
    this.changed(this.state, changes);
    this.refresh();
  }

  selectPosition(position) {
    this.set({position});
    this.grid.reveal(position);
  }

  setTracked(tracked) {
    this.tracks.answer();
    this.set({tracked});
  }

  follow(token) {
    const before = this.followed();
    for (const each of [...before, token]) {
      this.names.set(each.id, each);
    }
    if (!this.source.paths) {
      return;
    }
    const ids = [...new Set([...before.map(each => each.id), token.id])];
    if (ids.length > MOST_FOLLOWED) {
      this.tracks.answer(`At most ${MOST_FOLLOWED} tokens are followed at once: stop one with × first.`);
      return;
    }
    this.setTracked(ids);
  }

  async addTyped(text) {
    const {token, choices, message} = await this.source.candidates(text);
    if (token !== undefined) {
      this.follow(token);
    } else if (message !== undefined) {
      this.tracks.answer(message, ...(choices ?? []).map(choice =>
          button(quoted(choice), `Follow ${quoted(choice)} (id ${choice.id})`, () => this.follow(choice))));
    }
  }

  hover(cell, anchor) {
    if (this.pinnedCell?.point === cell.point && this.pinnedCell?.position === cell.position) {
      this.floating.hidden = true;
      return;
    }
    this.floating.replaceChildren(card(this.run, cell));
    this.floating.hidden = false;
    placeBeside(this.floating, anchor);
  }

  pin(cell) {
    if (!this.pinned.hidden && this.pinnedCell?.point === cell.point && this.pinnedCell?.position === cell.position) {
      this.unpin();
      return;
    }
    this.set({position: cell.position, point: cell.point});
    this.showPinned(cell);
  }

  showPinned(cell) {
    this.pinnedCell = cell;
    this.floating.hidden = true;
    this.pinnedText = undefined;
    this.fillPinned();
    this.pinned.hidden = false;
    this.grid.pin(cell);
  }

  /** Writes the pinned card from the run that is shown; until a run has read the cell anew, what an earlier one read of it. */
  fillPinned() {
    const cell = this.pinnedCell;
    if (cell === undefined || this.pinnedText !== undefined && this.run.reading(cell.point, cell.position) === undefined) {
      return;
    }
    const text = cardText(this.run, cell);
    if (text !== this.pinnedText) {
      this.pinnedText = text;
      refill(this.pinned, card(this.run, cell, this.listen));
    }
  }

  unpin(toGrid = false) {
    if (this.pinned.hidden) {
      return;
    }
    this.closeCards();
    this.state.point = -1;
    this.changed(this.state, {point: -1});
    if (toGrid) {
      this.grid.row.firstChild?.focus();
    }
  }

  closeCards() {
    this.pinnedCell = undefined;
    this.pinned.hidden = true;
    this.floating.hidden = true;
    this.grid.pin(undefined);
  }
}

function sameIds(a, b) {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function gridHelp() {
  const help = explanation('What am I seeing?',
      'A row is a point of the residual stream, from the embedding at the top to the model’s own output at the bottom. '
      + 'A column is a position of the prompt. A cell shows what the model would say next after that token if it had to '
      + 'stop at that layer; ␣ is a leading space, and control characters and bytes that are no character of their own '
      + 'are written as \\n or \\xe4.',
      'Hover over a cell for its first tokens, click to keep them. By keyboard: Tab into the grid, arrow keys, Page Up and '
      + 'Down, Home and End (with Ctrl: corners), Enter keeps a card, Escape closes it.');
  help.open = matchMedia('(min-width: 1100px)').matches;
  return help;
}
