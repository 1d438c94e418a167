// Key observations in words, for one position. Each is {name, text, meaning}; numbers come from the run alone.

import {number} from './run.js';
import {decimal, probability} from './metrics.js';
import {quoted} from './text.js';
import {biggestJump, decisionPoint, flips} from './trajectory.js';

/**
 * @param path the final prediction's way through the layers, a point each, undefined where it is not known
 * @return observations; none while the position is not read completely
 */
export function observations(run, position, path) {
  const readings = run.readingsAt(position);
  if (readings.some(reading => reading === undefined || reading.top.length === 0)) {
    return [];
  }
  const final = readings.at(-1).top[0];
  return [
    finalPrediction(run, position, final),
    decision(run, position, final),
    appearance(run, path, final),
    confidence(run, readings),
    jump(run, path, final),
    changes(run, position),
    uncertainty(readings),
  ].filter(observation => observation !== undefined);
}

function finalPrediction(run, position, final) {
  const next = run.nextToken(position);
  const actual = next === undefined ? '' : next.id === final.id
      ? ' It is what follows in the prompt.'
      : ` The prompt goes on with ${quoted(next)}.`;
  return {
    name: 'Final prediction',
    text: `${quoted(final)} with probability ${probability(number(final.probability))}.${actual}`,
    meaning: "The last row is the model's own output, not an estimate.",
  };
}

function decision(run, position, final) {
  const point = decisionPoint(run, position);
  const text = point.index === run.finalPoint && run.points.length > 1
      ? `Only the last point, ${point.label}, puts ${quoted(final)} first.`
      : `${quoted(final)} is first from ${point.label} on and never changes again.`;
  return {
    name: 'Decision layer', text,
    meaning: 'The first point from which on the first choice stays the same to the end.',
  };
}

function appearance(run, path, final) {
  const first = path.findIndex(step => step !== undefined && step.rank === 1);
  const among = path.findIndex(step => step !== undefined && step.rank <= run.options.topK);
  if (first < 0) {
    return undefined;
  }
  const earlier = among >= 0 && among < first
      ? ` It is among the first ${run.options.topK} from ${run.points[among].label}, at rank ${path[among].rank}.`
      : '';
  return {
    name: 'First appearance',
    text: `${quoted(final)} is first choice for the first time at ${run.points[first].label}.${earlier}`,
    meaning: 'It may be lost again after that: the decision layer says when it stays.',
  };
}

function confidence(run, readings) {
  const [start, end] = [readings[0].top[0], readings.at(-1).top[0]];
  return {
    name: 'Confidence',
    text: `${probability(number(start.probability))} for ${quoted(start)} at ${run.points[0].label}, `
        + `${probability(number(end.probability))} for ${quoted(end)} at the end.`,
    meaning: 'Probability of the first choice. A high one at the embedding only says that the lens reads the input token back.',
  };
}

function jump(run, path, final) {
  const step = biggestJump(path);
  if (step === undefined) {
    return undefined;
  }
  const [from, to] = [path[step.point - 1], path[step.point]].map(place => probability(place.probability));
  return {
    name: 'Biggest jump',
    text: `${quoted(final)} goes from ${from} to ${to} between ${run.points[step.point - 1].label} and `
        + `${run.points[step.point].label}.`,
    meaning: "The step in which the final prediction's probability changes most.",
  };
}

function changes(run, position) {
  const count = flips(run, position);
  return {
    name: 'Flips',
    text: count === 0 ? 'The first choice never changes.'
        : `The first choice changes ${count === 1 ? 'once' : `${count} times`} in ${run.points.length - 1} steps.`,
    meaning: 'How often two neighbouring points differ in their first choice.',
  };
}

function uncertainty(readings) {
  const entropies = readings.map(reading => number(reading.entropy));
  return {
    name: 'Uncertainty',
    text: `Entropy ${decimal(entropies[0])} nats at the start, ${decimal(entropies.at(-1))} at the end: as undecided as `
        + `between ${equallyLikely(entropies.at(-1))} equally likely tokens.`,
    meaning: 'Entropy over the whole vocabulary; exp(entropy) is the number of equally likely tokens that would give it.',
  };
}

function equallyLikely(entropy) {
  const count = Math.exp(entropy);
  return count < 10 ? count.toFixed(1) : Math.round(count).toLocaleString('en');
}
