// From a metric's values to [0, 1], in which colours are chosen.

import {isProbability} from './metrics.js';

export const SCALES = [
  {key: 'linear', label: 'linear', meaning: 'Equal steps of the number are equal steps of colour.'},
  {key: 'log', label: 'logarithmic', nonNegative: true, meaning: 'Equal ratios are equal steps of colour: small values can be told apart.'},
  {key: 'clip', label: 'clipped', meaning: 'Linear between the 5th and the 95th percentile: extremes do not flatten the rest.'},
];

const DECADES = 4;
const CLIPPED = 0.05;

/**
 * The scale of a metric over the values of a run. Where one of them is negative, a logarithm is not to be had, and the
 * scale is linear.
 *
 * @return {low, high, toUnit}: the ends, and a function from a value to [0, 1], NaN where there is no value
 */
export function scaleOf(kind, metric, values) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) {
    return linear(0, 1);
  }
  let [low, high] = finite.reduce(([least, most], v) => [Math.min(least, v), Math.max(most, v)], [Infinity, -Infinity]);
  if (kind === 'clip') {
    const sorted = Float64Array.from(finite).sort();
    const place = share => sorted[Math.round(share * (sorted.length - 1))];
    return linear(place(CLIPPED), place(1 - CLIPPED));
  }
  if (kind === 'log' && low >= 0) {
    const least = finite.filter(v => v > 0).reduce((a, b) => Math.min(a, b), Infinity);
    const floor = Math.max(Number.isFinite(least) ? least : high, high / 10 ** DECADES);
    return logarithmic(floor, Math.max(isProbability(metric) ? 1 : high, floor));
  }
  return isProbability(metric) ? linear(0, 1) : linear(low, high);
}

function linear(low, high) {
  const width = high - low || 1;
  return {low, high, toUnit: value => clamped((value - low) / width), fromUnit: unit => low + unit * width};
}

function logarithmic(low, high) {
  const width = Math.log(high / low) || 1;
  return {
    low, high,
    toUnit: value => clamped(Math.log(Math.max(value, low) / low) / width),
    fromUnit: unit => low * Math.exp(unit * width),
  };
}

function clamped(unit) {
  return Number.isNaN(unit) ? NaN : Math.min(Math.max(unit, 0), 1);
}
