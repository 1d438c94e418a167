// The questions that the colours answer, and the metric behind each.

import {KNOWN} from './known.js';
import {COMPARED, METRICS, metricOf, TRACKED} from './metrics.js';
import {number} from './run.js';

/**
 * Where the answer emerges: the place that the position's own answer, the final first choice, has at a point. It is known as far
 * as the first k go; beyond them it is worse than any of those.
 */
export const ANSWER = Object.freeze({
  ...KNOWN.answer, always: true, tracked: false,
  of(run, point, position) {
    const answer = run.top(run.finalPoint, position);
    const reading = run.reading(point, position);
    if (answer === undefined || reading === undefined) {
      return NaN;
    }
    const place = reading.top.findIndex(token => token.id === answer.id);
    return place < 0 ? run.options.topK + 1 : place + 1;
  },
  format(value, run) {
    return Number.isNaN(value) ? '–' : value > run.options.topK ? `beyond #${run.options.topK}` : `#${value}`;
  },
});

/** {key, question, bright}: the metric's key, what a reader asks, and what a bright cell says. */
export const QUESTIONS = [
  {key: 'probability', question: 'How sure?', bright: 'sure of its first choice'},
  {key: ANSWER.key, question: 'Where does the answer emerge?', bright: 'the answer is in front'},
  {key: 'klToFinal', question: 'How far from the end?', bright: 'says what the model will say'},
  {key: 'surprisal', question: 'How surprised?', bright: 'expects the token that follows'},
];

/** All that colours can show: what the program knows, and the page's own. */
export const CHOICES = [...METRICS, ANSWER, ...TRACKED, ...COMPARED];

export function choiceOf(key) {
  return key === ANSWER.key ? ANSWER : metricOf(key);
}

/** Metrics that the page's questions need and no run has unasked. */
export const ASKED = QUESTIONS.map(({key}) => choiceOf(key)).filter(metric => !metric.always).map(metric => metric.key);

/** What the final first choice of a position is worth there: {token, probability}, or undefined. */
export function answerAt(run, position) {
  const token = run.top(run.finalPoint, position);
  return token && {token, probability: number(token.probability)};
}
