// What the page alone computes.

import assert from 'node:assert/strict';
import test from 'node:test';
import {formatted, isIn, metricOf, probability} from './metrics.js';
import {asCommand, asJava, asRequest} from './snippets.js';
import {DEFAULTS, fromFragment, toFragment} from './state.js';
import {displayText} from './text.js';
import {biggestJump, distinctFirstChoices} from './trajectory.js';

test('an address gives the state that wrote it', () => {
  const state = {...DEFAULTS, prompt: 'a&b=c#%\n\u{1f642}', model: '/a dir/x', topK: 7, bos: true, mid: true, metric: 'jsd',
    scale: 'clip', position: 3, point: 4, tracked: [1, 6342], lines: 'rank'};
  assert.deepEqual(fromFragment(`#${toFragment(state)}`), state);
  assert.equal(toFragment(DEFAULTS), '');
  assert.deepEqual(fromFragment(toFragment({...DEFAULTS, tracked: []})).tracked, []);
});

test('what an address names wrongly has its default', () => {
  assert.deepEqual(fromFragment('k=0&at=-7&point=1.5&p'), DEFAULTS);
  assert.deepEqual(fromFragment('track=1,x,-2,3').tracked, [1, 3]);
});

test('figures', () => {
  assert.equal(formatted(metricOf('nextRank'), 1234.0), '1,234');
  assert.equal(formatted(metricOf('tracked.rank'), NaN), '–');
  assert.equal(formatted(metricOf('entropy'), -Infinity), '−∞');
  assert.equal(formatted(metricOf('nextProbability'), 0.25), '0.250');
  assert.equal(probability(0.00012), '1.2e-4');
  assert.equal(probability(0), '0.000');
});

test('a metric is there if it was asked for, or always', () => {
  const run = {options: {metrics: ['jsd'], tracked: []}};
  assert.deepEqual(['jsd', 'entropy', 'margin', 'tracked.rank'].map(key => isIn(metricOf(key), run)), [true, true, false, false]);
  assert.equal(isIn(metricOf('tracked.rank'), {options: {tracked: [' Paris']}}), true);
});

test('copied calls survive quotes, line ends and signs of the shell', () => {
  const query = {prompt: '"$HOME"\n\\\'\u202e', model: 'a b', topK: 3, bos: true, mid: false, tracked: [{id: 7}]};
  assert.ok(asJava(query).includes('"\\"$HOME\\"\\n\\\\\'\\u202e"'), asJava(query));
  assert.equal(asCommand(query),
      "lens run --model 'a b' --top-k 3 --position all --bos --track id:7 -- $'\"$HOME\"\\x0a\\\\\\'\\xe2\\x80\\xae'");
  assert.deepEqual(asRequest(query).tracked, [{id: 7}]);
});

test('text of one\'s own shows no control character', () => {
  assert.equal(displayText('a\n\u202eb\u0000'), 'a\\n\\xe2\\x80\\xaeb\\x00');
});

test('ways through the layers', () => {
  const tops = [5, 7, 5, 9];
  const run = {finalPoint: 3, top: point => ({id: tops[point]})};
  assert.deepEqual(distinctFirstChoices(run, 0).map(token => token.id), [9, 5, 7]);
  const path = [0.1, 0.2, undefined, 0.9, 0.4].map(p => p && {probability: p});
  assert.deepEqual(biggestJump(path), {point: 4, change: 0.4 - 0.9});
  assert.equal(biggestJump([undefined]), undefined);
});
