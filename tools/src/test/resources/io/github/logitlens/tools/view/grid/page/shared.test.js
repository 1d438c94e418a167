// What the page and the program both compute: by cases that the program has written, cases.json.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {colourOf} from './colour.js';
import {KNOWN} from './known.js';
import {COMPARED, isIn, METRICS, TRACKED, valueOf} from './metrics.js';
import {choiceOf} from './questions.js';
import {number, Run} from './run.js';
import {scaleOf} from './scale.js';
import {display} from './text.js';
import {decisionPoint, flips, pathIn} from './trajectory.js';

const CASES = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));

function near(actual, expected, what, tolerance = 1e-12) {
  assert.ok(Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
      `${what}: expected ${expected}, got ${actual}`);
}

test('numbers have the places on the colour map that the pictures of the program give them', () => {
  assert.ok(CASES.scales.length >= 50);
  for (const {scale, kind, values, low, high, places} of CASES.scales) {
    const numbers = values.map(number);
    const made = scaleOf(scale, {kind}, numbers);
    const what = `${scale} of ${kind} over ${values}`;
    near(made.low, low, `${what}, low`);
    near(made.high, high, `${what}, high`);
    numbers.forEach((value, index) => near(made.toUnit(value), number(places[index]), `${what}, place of ${value}`));
    near(made.fromUnit(0), ['rank', 'distance'].includes(kind) ? high : low, `${what}, dark end`);
    near(made.fromUnit(1), ['rank', 'distance'].includes(kind) ? low : high, `${what}, bright end`);
    if (high > low) {
      [0.25, 0.5, 0.75].forEach(unit => near(made.toUnit(made.fromUnit(unit)), unit, `${what}, there and back`));
    }
  }
});

test('colours are those of the program', () => {
  assert.equal(CASES.colours.length, 2 * 256);
  CASES.colours.forEach(({fill, dark, kind}, step) => {
    const colour = colourOf(step % 256 / 255, kind);
    assert.deepEqual(colour.fill.match(/\d+/g).map(Number), fill);
    assert.equal(colour.ink !== '#ffffff', dark, `the ink on ${fill}`);
  });
});

test('every token is shown as the program shows it', () => {
  assert.ok(CASES.tokens.length > 50_000);
  for (const [bytes, shown] of CASES.tokens) {
    assert.equal(display({bytes}), shown, bytes);
  }
});

test('every metric is found in a reading, and what follows from readings is the same', () => {
  const {document, values, positions} = CASES.run;
  const run = Run.of(document);
  assert.equal(run.isComplete(), true);
  assert.deepEqual([...METRICS, ...TRACKED, ...COMPARED], KNOWN.metrics);
  for (const {key, point, position, value} of values) {
    const metric = choiceOf(key);
    assert.ok(isIn(metric, run), key);
    // A logit in the document is the shortest form of a float32.
    near(metric.of?.(run, point, position) ?? valueOf(metric, run.reading(point, position)), number(value), `${key} at ${point}, ${position}`, 1e-7);
  }
  for (const {position, decision, flips: changes, path} of positions) {
    assert.equal(run.points.indexOf(decisionPoint(run, position)), decision);
    assert.equal(flips(run, position), changes);
    assert.deepEqual(pathIn(run, position, path.id).map(step => step.rank), path.ranks);
  }
  assert.deepEqual(run.toDocument(), document);
});
