// What is worth seeing of one position, in words. Each is {name, text, meaning}, and {row, caption} where it belongs to one layer;
// numbers come from the run alone.

import {number} from './run.js';
import {shown} from './text.js';
import {biggestJump, decisionPoint, flips} from './trajectory.js';
import {decimal, percent, place, wholePercent} from './words.js';

/**
 * @param path the answer's way through the layers, a point each, undefined where it is not known
 * @return observations; none while the position is not read completely
 */
export function observations(run, position, path) {
  const readings = run.readingsAt(position);
  if (readings.some(reading => reading === undefined || reading.top.length === 0)) {
    return [];
  }
  const final = readings.at(-1).top[0];
  return [
    answer(run, position, final),
    decision(run, position, final),
    appearance(run, path, final),
    jump(run, path, final),
    confidence(run, readings),
    changes(run, position),
    uncertainty(readings),
  ].filter(observation => observation !== undefined);
}

function answer(run, position, final) {
  const next = run.nextToken(position);
  const actual = next === undefined ? '' : next.id === final.id
      ? ' It is what follows in the prompt.'
      : ` The prompt goes on with ${shown(next)}.`;
  return {
    name: 'Answer',
    text: `${shown(final)} with ${percent(number(final.probability))}.${actual}`,
    meaning: run.endsInOutput
        ? "The last row is the model's own output, not an estimate."
        : 'The run was stopped here: the model itself would go on through the other layers.',
  };
}

function decision(run, position, final) {
  const point = decisionPoint(run, position);
  const text = point.index === run.finalPoint && run.stream.length > 1
      ? `Only the last one, ${point.label}, puts ${shown(final)} first.`
      : `${shown(final)} is first from ${point.label} on and never changes again.`;
  return {
    name: 'Decided', text, row: point.index, caption: 'decided',
    meaning: 'The layer from which on the first choice stays the same to the end.',
  };
}

function appearance(run, path, final) {
  const known = run.stream.filter(row => path[row] !== undefined);
  const first = known.find(row => path[row].rank === 1);
  const among = known.find(row => path[row].rank <= run.options.topK);
  if (first === undefined) {
    return undefined;
  }
  const earlier = among < first
      ? ` It is among the first ${run.options.topK} from ${run.points[among].label}, at ${place(path[among].rank)}.`
      : '';
  return {
    name: 'First seen',
    text: `${shown(final)} is first choice for the first time at ${run.points[first].label}.${earlier}`,
    row: among < first ? among : first, caption: among < first ? `in the first ${run.options.topK}` : 'first seen',
    meaning: 'It may be lost again after that: the layer of the decision says when it stays.',
  };
}

function confidence(run, readings) {
  const [start, end] = [readings[0].top[0], readings.at(-1).top[0]];
  return {
    name: 'How sure',
    text: `${percent(number(start.probability))} for ${shown(start)} at ${run.points[0].label}, `
        + `${percent(number(end.probability))} for ${shown(end)} at the end.`,
    meaning: 'Probability of the first choice. A high one at the embedding only says that the lens reads the input token back.',
  };
}

function jump(run, path, final) {
  const step = biggestJump(path, run.stream);
  if (step === undefined) {
    return undefined;
  }
  const [from, to] = [path[step.from], path[step.point]].map(({probability}) => percent(probability));
  return {
    name: 'Biggest step',
    text: `${shown(final)} goes from ${from} to ${to} between ${run.points[step.from].label} and ${run.points[step.point].label}.`,
    row: step.point, caption: `${wholePercent(path[step.from].probability)} → ${wholePercent(path[step.point].probability)}`,
    meaning: "The layer in which the answer's probability changes most.",
  };
}

function changes(run, position) {
  const count = flips(run, position);
  return {
    name: 'Changes of mind',
    text: count === 0 ? 'The first choice never changes.'
        : `The first choice changes ${count === 1 ? 'once' : `${count} times`} in ${run.stream.length - 1} steps.`,
    meaning: 'How often two neighbouring layers differ in their first choice.',
  };
}

function uncertainty(readings) {
  const entropies = readings.map(reading => number(reading.entropy));
  return {
    name: 'Undecided',
    text: `Entropy ${decimal(entropies[0])} nats at the start, ${decimal(entropies.at(-1))} at the end: as undecided as `
        + `between ${equallyLikely(entropies.at(-1))} equally likely tokens.`,
    meaning: 'Entropy over the whole vocabulary; exp(entropy) is the number of equally likely tokens that would give it.',
  };
}

function equallyLikely(entropy) {
  const count = Math.exp(entropy);
  return count < 10 ? count.toFixed(1) : Math.round(count).toLocaleString('en');
}
