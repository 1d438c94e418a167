// One position, point by point: the table of first choices and the heat map of the first k.

import {colourOf} from './colour.js';
import {element} from './dom.js';
import {decimal, METRICS, probability} from './metrics.js';
import {number} from './run.js';
import {cellText} from './cells.js';
import {quoted} from './text.js';

const {probability: PROBABILITY, logit: LOGIT, entropy: ENTROPY, klToFinal: KL} =
    Object.fromEntries(METRICS.map(metric => [metric.key, metric]));

const COLUMNS = [
  {label: 'Point', meaning: 'A place in the residual stream: the embedding before any block, then after each block.'},
  {label: 'First choice', meaning: 'The most likely next token if the model stopped here. Click to follow it.'},
  PROBABILITY, LOGIT, ENTROPY, KL,
  {label: 'Final’s rank', meaning: 'The place that the final prediction has here: 1 is the first choice.'},
];

/** The meanings of the table's columns, for an explanation. */
export const LAYER_MEANINGS = COLUMNS.map(({label, meaning}) => `${label}: ${meaning}`);

/**
 * @param path   the final prediction's way, as in trajectory.js
 * @param listen {follow(token), pin(cell)}
 */
export function layerTable(run, position, path, listen) {
  const head = element('tr', {}, ...COLUMNS.map(({label, meaning}) =>
      element('th', {scope: 'col', title: meaning}, label)));
  const rows = run.readingsAt(position).map((reading, point) =>
      element('tr', {}, pointHead(run, point, position, listen), ...firstChoice(reading, point, path?.[point], listen)));
  return element('table', {class: 'layers'},
      element('caption', {class: 'unseen'}, `First choice at every point, position ${position}`),
      element('thead', {}, head), element('tbody', {}, ...rows));
}

function pointHead(run, point, position, listen) {
  return element('th', {scope: 'row'}, element('button', {
    type: 'button', class: 'plain', 'data-key': `point ${point}`, title: `Show the card of ${run.points[point].label}`,
    click: () => listen.pin({point, position}),
  }, run.points[point].label));
}

function firstChoice(reading, point, step, listen) {
  const token = reading?.top[0];
  if (token === undefined) {
    return COLUMNS.slice(1).map(() => element('td', {}, '…'));
  }
  const p = number(token.probability);
  const meter = element('span', {class: 'meter'});
  meter.style.width = `${Math.min(Math.max(p, 0), 1) * 100}%`;
  return [
    element('td', {}, followButton(token, point, listen)),
    element('td', {class: 'number metered'}, meter, element('span', {}, probability(p))),
    element('td', {class: 'number'}, decimal(number(token.logit))),
    element('td', {class: 'number'}, decimal(number(reading.entropy))),
    element('td', {class: 'number'}, decimal(number(reading.klToFinal))),
    element('td', {class: 'number'}, step === undefined ? '–' : step.rank.toLocaleString('en')),
  ];
}

function followButton(token, point, listen) {
  return element('button', {
    type: 'button', class: 'token plain', 'data-key': `token ${point}`, dir: 'ltr', title: `Follow ${quoted(token)} (id ${token.id})`,
    click: () => listen.follow(token),
  }, quoted(token));
}

/** Points × first k tokens, coloured by probability from 0 to 1. */
export function heatMap(run, position, listen) {
  const readings = run.readingsAt(position);
  const k = Math.max(0, ...readings.map(reading => reading?.top.length ?? 0));
  const head = element('tr', {}, element('th', {scope: 'col'}, 'Point'),
      ...Array.from({length: k}, (_, rank) => element('th', {scope: 'col', class: 'number'}, `${rank + 1}`)));
  const rows = readings.map((reading, point) => element('tr', {}, pointHead(run, point, position, listen),
      ...(reading?.top ?? []).map((token, rank) => heatCell(token, `${point} ${rank}`, listen))));
  return element('table', {class: 'heat'},
      element('caption', {class: 'unseen'}, `The first ${k} tokens at every point, position ${position}`),
      element('thead', {}, head), element('tbody', {}, ...rows));
}

function heatCell(token, key, listen) {
  const p = number(token.probability);
  const {spaces, rest} = cellText(token);
  const made = element('button', {
    type: 'button', class: 'heat-cell', 'data-key': `heat ${key}`, dir: 'ltr', title: `${quoted(token)} ${probability(p)} (id ${token.id})`,
    'aria-label': `${quoted(token)}, probability ${probability(p)}`, click: () => listen.follow(token),
  }, element('span', {class: 'faint-space'}, spaces), rest);
  const {fill, ink} = colourOf(Number.isNaN(p) ? 0 : p);
  made.style.backgroundColor = fill;
  made.style.color = ink;
  return element('td', {}, made);
}
