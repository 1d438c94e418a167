// What a cell's colour can say. Metrics come from the server; these are the ones that are in every document.

import {number} from './run.js';

export const EVERY_RUN = [
  {key: 'probability', label: 'Probability', unit: '',
    meaning: 'How sure the point is of its first choice: its probability.'},
  {key: 'logit', label: 'Logit', unit: '',
    meaning: 'The raw score of the first choice. Only differences of logits mean anything.'},
  {key: 'logProbability', label: 'Log probability', unit: 'nats',
    meaning: "The logarithm of the first choice's probability."},
  {key: 'entropy', label: 'Entropy', unit: 'nats',
    meaning: 'How undecided the point is: 0 when one token has all the probability, ln(vocabulary) when all are alike.'},
  {key: 'klToFinal', label: 'KL to final', unit: 'nats',
    meaning: "How far the point is from the model's own output, KL(final ‖ point): 0 when they agree."},
];

/** Those that read the token followed in every cell, `run.options.tracked[0]`. */
export const TRACKED = [
  {key: 'tracked.probability', label: 'Tracked token: probability', unit: '', tracked: true,
    meaning: 'The probability of the tracked token, whatever the first choice is.'},
  {key: 'tracked.rank', label: 'Tracked token: rank', unit: '', tracked: true,
    meaning: 'The place of the tracked token in the whole vocabulary: 1 is the first choice.'},
];

const OF_FIRST_CHOICE = new Set(['probability', 'logit']);

/** The metric's value in a reading; NaN where the reading has none. */
export function valueOf(metric, reading) {
  if (reading === undefined) {
    return NaN;
  }
  if (metric.tracked) {
    return number(reading.tracked?.[0]?.[metric.key.slice('tracked.'.length)]);
  }
  if (OF_FIRST_CHOICE.has(metric.key)) {
    return number(reading.top[0]?.[metric.key]);
  }
  if (reading[metric.key] === undefined && metric.key === 'logProbability') {
    return Math.log(number(reading.top[0]?.probability));
  }
  return number(reading[metric.key]);
}

/** Whether a run's readings have the metric, so that it can be shown without asking again. */
export function isIn(metric, run) {
  if (metric.tracked) {
    return (run.options.tracked ?? []).length > 0;
  }
  return EVERY_RUN.some(known => known.key === metric.key)
      || run.rows.some(row => [...row.values()].some(reading => reading[metric.key] !== undefined));
}

/** A value for people: probabilities with three decimals, ranks whole, all else with two. */
export function formatted(metric, value) {
  if (metric.key.toLowerCase().endsWith('rank')) {
    return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
  }
  return isProbability(metric) ? probability(value) : decimal(value);
}

export function isProbability(metric) {
  return /(^|\.)probability$|[a-z]Probability$/.test(metric.key) && metric.key !== 'logProbability';
}

/** The metric's name with its unit, where names alone are not enough. */
export function named(metric) {
  return metric.unit === '' ? metric.label : `${metric.label}, ${metric.unit}`;
}

/** Three decimals, or two digits and an exponent where those would say nothing. */
export function probability(value) {
  return value > 0 && value < 0.0005 ? value.toExponential(1) : decimal(value, 3);
}

export function decimal(value, digits = 2) {
  if (Number.isNaN(value)) {
    return '–';
  }
  return Number.isFinite(value) ? value.toFixed(digits) : value > 0 ? '∞' : '−∞';
}
