// What a cell's colour can say. What there is and what it means comes from the program; here is how it is read and written.

import {KNOWN} from './known.js';
import {number} from './run.js';
import {decimal, percent, place} from './words.js';

/** Those of a point; each is {key, label, unit, meaning, kind, scale, always, at}. */
export const METRICS = KNOWN.metrics.filter(metric => !metric.tracked);

/** Those that read the token followed in every cell, `run.options.tracked[0]`. */
export const TRACKED = KNOWN.metrics.filter(metric => metric.tracked && !metric.versus);

/** Those that compare that token with `run.options.versus`. */
export const COMPARED = KNOWN.metrics.filter(metric => metric.versus);

/** The metric of a key, or undefined if there is none. */
export function metricOf(key) {
  return KNOWN.metrics.find(metric => metric.key === key);
}

/** The metric's value in a reading; NaN where the reading has none. */
export function valueOf(metric, reading) {
  return number(metric.at.reduce((value, step) => value?.[step], reading));
}

/** Whether a run's readings have the metric, so that it can be shown without asking again. */
export function isIn(metric, run) {
  return metric.versus ? run.options.versus !== undefined
      : metric.tracked ? (run.options.tracked ?? []).length > 0
      : metric.always || (run.options.metrics ?? []).includes(metric.key);
}

/** A value for people. */
export function formatted(metric, value) {
  switch (metric.kind) {
    case 'rank': return place(value);
    case 'probability': return percent(value);
    default: return decimal(value);
  }
}

/** The metric's name with its unit, where names alone are not enough. */
export function named(metric) {
  return metric.unit === '' ? metric.label : `${metric.label}, ${metric.unit}`;
}
