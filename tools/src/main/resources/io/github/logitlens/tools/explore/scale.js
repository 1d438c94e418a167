// From a metric's values to [0, 1], in which colours are chosen: as the program's own pictures do it (ColourScale).

import {KNOWN} from './known.js';

export const SCALES = KNOWN.scales;

const {least: LEAST_OF_LOG} = scaleNamed('log');
const {clipped: CLIPPED} = scaleNamed('clip');

/** The scale of a key, {key, label, meaning}; undefined if there is none. */
export function scaleNamed(key) {
  return KNOWN.scales.find(scale => scale.key === key);
}

/**
 * The scale of a metric over the values of a run. Where one of them is negative, a logarithm is not to be had, and the
 * scale is linear.
 *
 * @return {low, high, toUnit, fromUnit}: the lowest and the highest number that have a colour of their own, a function from a
 *         value to [0, 1], NaN where there is no value, and the way back
 */
export function scaleOf(key, metric, values) {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  const reversed = metric.kind === 'rank' || metric.kind === 'distance';
  if (sorted.length === 0) {
    return linear(0, 1, reversed);
  }
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (metric.kind === 'signed' && key !== 'log') {
    const sizes = sorted.map(Math.abs).sort();
    const reach = key === 'clip' ? sizes[Math.round((1 - CLIPPED) * (sizes.length - 1))] : sizes.at(-1);
    return linear(-reach, reach, false);
  }
  if (key === 'clip') {
    const place = share => sorted[Math.round(share * (sorted.length - 1))];
    return linear(place(CLIPPED), place(1 - CLIPPED), reversed);
  }
  if (key === 'log' && least >= 0) {
    const smallest = sorted.find(value => value > 0) ?? 1;
    const high = metric.kind === 'probability' ? 1 : Math.max(most, smallest);
    return logarithmic(metric.kind === 'rank' ? 1 : Math.max(smallest, high * LEAST_OF_LOG), high, reversed);
  }
  return metric.kind === 'probability' ? linear(0, 1, false) : linear(least, most, reversed);
}

function linear(low, high, reversed) {
  return scale(low, high, reversed, value => (value - low) / (high - low), share => low + (high - low) * share);
}

function logarithmic(low, high, reversed) {
  return scale(low, high, reversed, value => Math.log(value / low) / Math.log(high / low),
      share => low * (high / low) ** share);
}

function scale(low, high, reversed, toShare, fromShare) {
  const turned = share => reversed ? 1 - share : share;
  return {
    low, high,
    toUnit: value => Number.isNaN(value) ? NaN
        : turned(high <= low ? 0.5 : toShare(Math.min(Math.max(value, low), high))),
    fromUnit: unit => turned(unit) === 0 ? low : turned(unit) === 1 ? high : fromShare(turned(unit)),
  };
}
