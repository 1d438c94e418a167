// Why: what is asked, and what of the answers is shown.

import assert from 'node:assert/strict';
import test from 'node:test';
import {arcsOf} from './arcs.js';
import {asCommand, asCurl, asJava, asPython} from './reason-snippets.js';
import {ablation, attentionRequest, attributionRequest, cutting, neuronRequest, openPart, partOf, placeOf, seen, strongest} from './reasons.js';
import {DEFAULTS} from './state.js';

const state = {...DEFAULTS, prompt: 'a b', model: 'demo', bos: true, edits: ['zero:L1H0'], from: ['c']};
const run = {isComplete: () => true, of: state};
const view = {run, state, position: 2, answer: {token: {id: 7}}};
const components = [{kind: 'embedding', layer: null, logit: -3}, {kind: 'head', layer: 1, head: 0, logit: 2},
  {kind: 'mlp', layer: 1, logit: 'NaN'}, {kind: 'head', layer: 0, head: 2, logit: -2}];

test('the answer is explained, or the token that was chosen, as the run that is shown was made', () => {
  const subject = {prompt: 'a b', model: 'demo', bos: true, edits: ['zero:L1H0'], from: ['c']};
  assert.deepEqual(attributionRequest(view), {...subject, position: 2, token: {id: 7}, neurons: 8});
  const other = {...view, state: {...state, reason: 5, against: 9, edits: []}};
  assert.deepEqual(attributionRequest(other), {...subject, position: 2, token: {id: 5}, neurons: 8, versus: {id: 9}});
  assert.equal(attributionRequest({...other, state: {...state, reason: 5, against: 5}}).versus, undefined);
  assert.equal(attributionRequest({...view, run: {...run, isComplete: () => false}}), undefined);
  assert.equal(attributionRequest({...view, answer: undefined}), undefined);
  assert.deepEqual(attentionRequest(view, partOf('L3H2')), {...subject, layer: 3, head: 2});
  assert.equal(attentionRequest(view, partOf('L3.mlp_out')), undefined);
  assert.deepEqual(neuronRequest(view, partOf('L3.n40')), {model: 'demo', layer: 3, neuron: 40, topK: 10});
});

test('components have places in the grammar of edits', () => {
  assert.deepEqual(components.map(placeOf), [undefined, 'L1H0', 'L1.mlp_out', 'L0H2']);
  assert.deepEqual([partOf('L12H3').head, partOf('L1.n9').mlp, partOf('L1.n9').neuron, partOf('L1H'), partOf('x')], [3, 'L1.mlp_out', 9, undefined, undefined]);
  assert.deepEqual([ablation('L1.n9'), cutting('L4H1', 6, 0)], ['zero:L1.n9', 'cut:L4H1@6/0']);
});

test('the open part is the chosen one, or the head that says most', () => {
  assert.deepEqual(strongest(components.filter(({logit}) => logit !== 'NaN')).map(({logit}) => logit), [-3, 2, -2]);
  assert.equal(openPart(view, {components}).place, 'L1H0');
  assert.equal(openPart({state: {...state, part: 'L5.n1'}}, {components}).place, 'L5.n1');
  assert.equal(openPart(view, undefined), undefined);
});

test('arcs go to what is looked at, and no further', () => {
  const tokens = [0, 1, 2, 3].map(position => ({position, id: position}));
  const keys = seen({tokens, layers: [{heads: [{pattern: [[1], [0.5, 0.5], [0.25, 0, 0.75, 0]]}]}]}, 2);
  assert.deepEqual(keys.map(({weight}) => weight), [0.25, 0, 0.75]);
  const drawn = arcsOf(keys, 2, 180);
  assert.deepEqual(drawn.arcs.map(({position}) => position), [0, 2]);
  assert.equal(drawn.width, 180);
  assert.deepEqual([drawn.middle(0), drawn.middle(2)], [30, 150]);
  assert.ok(drawn.arcs[1].thickness === 3 * drawn.arcs[0].thickness);
  const long = Array.from({length: 100}, (_, position) => ({position, weight: 0.01}));
  assert.equal(arcsOf(long, 99, 180).width, 1200);
});

test('what was asked is copied as a call, a command and a request', () => {
  const asked = attributionRequest({...view, state: {...state, against: 9}});
  assert.equal(asCommand('attribution', asked),
      "lens attribute --token id:7 --versus id:9 --position 2 --neurons 8 --model demo --bos --edit zero:L1H0 --from c -- 'a b'");
  assert.equal(asCommand('attention', {prompt: 'a', model: 'demo', layer: 3, head: 2}), 'lens attention --layer 3 --head 2 --model demo -- a');
  assert.equal(asCommand('neuron', {model: 'demo', layer: 3, neuron: 2, topK: 10}), 'lens neuron 3 2 --top-k 10 --model demo');
  const java = asJava('attribution', asked);
  assert.ok(java.includes('AttributionOptions.of(TokenRef.of(7)).versus(TokenRef.of(9)).position(2).neurons(8).bos(Bos.PREPEND)'), java);
  assert.ok(java.includes('Hooks.of(Edits.parse("zero:L1H0", List.of(Prompt.of("c"))))'), java);
  assert.ok(asCurl('attribution', asked, 'http://h').startsWith("curl -s http://h/api/attribution -H 'Content-Type"));
  assert.ok(asPython('neuron', {layer: 1, neuron: 2}, 'http://h').includes('"http://h/api/neuron"'));
});
