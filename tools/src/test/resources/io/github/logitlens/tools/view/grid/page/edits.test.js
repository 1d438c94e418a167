// What if: the list of edits, and two runs with their difference.

import assert from 'node:assert/strict';
import test from 'node:test';
import {colouringOf} from './colouring.js';
import {DifferenceRun, differenceKey, differenceOf} from './difference.js';
import {asCommand, asCurl, asJava, asJson, asPictureCommand, asPython} from './difference-snippets.js';
import {added, isMade, madeOf, patching, placeAt, removed, steering, toggled, turned, Undo} from './edits.js';
import {Paths} from './paths.js';
import {question} from './requests.js';
import {Run} from './run.js';
import {asksTheSame, DEFAULTS} from './state.js';
import * as sweep from './sweep-snippets.js';
import {Cells, layoutOf, sweepRequest} from './sweeps.js';
import {viewOf} from './view.js';
import {unwritable} from './writing.js';

const state = {...DEFAULTS, prompt: 'a', model: 'demo', edits: ['zero:L1H0', 'patch:L2.resid_post@1', 'zero:L0.mlp_out'], off: [1], from: ['b']};

test('a state is run as far as its edits are on and seen', () => {
  assert.deepEqual(madeOf(state), {...state, edits: ['zero:L1H0', 'zero:L0.mlp_out'], off: [], from: []});
  assert.deepEqual(madeOf({...state, off: []}).from, ['b']);
  assert.deepEqual(madeOf({...state, edits: ['steer:L1.resid_post=diff'], off: []}).from, ['b']);
  assert.deepEqual(madeOf({...state, show: 'before'}), {...state, edits: [], off: [], from: [], show: 'after'});
  assert.equal(madeOf({...state, show: 'difference'}).show, 'difference');
  assert.equal(madeOf({...state, show: 'difference', off: [0, 1, 2]}).show, 'after', 'nothing differs from itself');
  assert.ok(asksTheSame(madeOf({...state, show: 'before'}), madeOf({...DEFAULTS, prompt: 'a', model: 'demo'})), 'the model as it is, is');
});

test('edits are added, turned, removed and toggled', () => {
  assert.deepEqual(added(state, 'x'), {edits: [...state.edits, 'x'], off: [1]});
  assert.deepEqual(added(state, state.edits[1]), {edits: state.edits, off: []});
  assert.deepEqual(removed(state, 0), {edits: state.edits.slice(1), off: [0]});
  assert.deepEqual(removed(state, 1), {edits: [state.edits[0], state.edits[2]], off: []});
  assert.deepEqual([turned(state, 1).off, turned(state, 0).off], [[], [0, 1]]);
  assert.deepEqual([isMade(state, 'zero:L1H0'), isMade(state, state.edits[1]), isMade(state, 'x')], [true, false, false]);
  assert.deepEqual(toggled(state, 'zero:L1H0').edits, state.edits.slice(1));
  assert.deepEqual(toggled(state, state.edits[1]), {edits: state.edits, off: []});
});

test('places and patches are written as edits are', () => {
  assert.deepEqual([placeAt({kind: 'embed', layer: null}, 0), placeAt({kind: 'resid_post', layer: 4}, 5), placeAt({kind: 'head', layer: 3, head: 2}, 1),
    placeAt({kind: 'mlp_out', layer: 3})], ['embed@0', 'L4.resid_post@5', 'L3H2@1', 'L3.mlp_out']);
  assert.equal(patching('L4.resid_post@5', 'L4.resid_post@5'), 'patch:L4.resid_post@5');
  assert.equal(patching('L4.resid_post@5', 'L2.resid_post@0'), 'patch:L4.resid_post@5=L2.resid_post@0');
  assert.equal(steering('L4.resid_post@5', 2.5, ' Rome'), 'steer:L4.resid_post@5*2.5=unembed: Rome');
});

test('changes of the edits are undone and made again, others are not', () => {
  const undo = new Undo();
  let now = DEFAULTS;
  const set = changes => {
    const before = now;
    now = {...now, ...changes};
    undo.heard(now, before);
  };
  set({edits: ['a']});
  set({topK: 3});
  set({edits: ['a', 'b'], off: [0]});
  undo.back(now, set);
  assert.deepEqual([now.edits, now.off, now.topK], [['a'], [], 3]);
  undo.forth(now, set);
  assert.deepEqual([now.edits, now.off], [['a', 'b'], [0]]);
  undo.back(now, set);
  undo.back(now, set);
  undo.back(now, set);
  assert.deepEqual(now.edits, []);
  set({edits: ['c']});
  undo.forth(now, set);
  assert.deepEqual(now.edits, ['c'], 'what comes after another change is forgotten');
});

const token = (id, text) => ({id, text, logit: 1, probability: 0.5});
const head = {type: 'start', schema: 'logitlens.comparison/1', model: {id: 'demo'}, options: {topK: 1, metrics: [], tracked: ['id:7']}, b: {}, align: 'positions',
  tokens: [{position: 0, id: 1, text: 'a'}, {position: 1, id: 2, text: 'b'}], points: [{index: 0, name: 'embed', label: 'Embedding', kind: 'embed', layer: null}]};
const reading = (position, reachable, a, b, change) => ({point: 0, position, positionB: position, reachable, kl: 0.5, jsd: 0.1, totalVariation: 0.2,
  topA: [token(a, 'A')], topB: [token(b, 'B')], tracked: [{id: 7, text: 'x', logitChange: change, probabilityChange: 0}]});

test('two runs are shown by what the second says and how far it is from the first', () => {
  const run = new DifferenceRun(head);
  run.add([reading(0, false, 5, 5, 0), reading(1, true, 5, 6, -2)]);
  assert.equal(run.isComplete(), true);
  assert.deepEqual([run.top(0, 1).id, run.flips(0, 0), run.flips(0, 1)], [6, false, true]);
  const view = viewOf(run, {...DEFAULTS, change: 'logit'}, new Paths(undefined, () => {}));
  assert.equal(view.metric, differenceOf('logit'));
  assert.deepEqual([view.colouring.value(0, 0), view.colouring.value(0, 1)], [NaN, -2]);
  assert.equal(colouringOf(run, differenceOf('kl'), 'linear').value(0, 1), 0.5);
  assert.equal(differenceOf('nonsense'), differenceOf('logit'));
  assert.deepEqual([differenceKey('difference.kl'), differenceKey('kl')], ['kl', undefined]);
  const document = run.toDocument();
  assert.deepEqual(document.readings[1], reading(1, true, 5, 6, -2), 'the document is what came');
  assert.equal(new Run({...head, options: {topK: 1}}).flips(0, 0), false);
  const prompts = new DifferenceRun({...head, b: {tokens: [{position: 0, id: 9, text: 'z'}, {position: 1, id: 2, text: 'b'}, {position: 2, id: 6, text: 'B'}]}});
  prompts.add([reading(0, true, 5, 5, 0), reading(1, true, 5, 6, -2)]);
  assert.deepEqual(prompts.tokens.map(({text}) => text), ['a│z', 'b']);
  assert.deepEqual([prompts.predictsNext(0, 0), prompts.predictsNext(0, 1)], [false, true]);
});

test('the comparison is asked and copied as what it is', () => {
  const made = madeOf({...state, show: 'difference', off: [], tracked: [7, 8]});
  const {path, request} = question(made, 9);
  assert.equal(path, '/api/compare');
  assert.deepEqual(request, {prompt: 'a', model: 'demo', topK: 10, positions: 'all', tracked: [{id: 7}], b: {edits: state.edits, from: ['b']}});
  assert.equal(question(madeOf(state), 9).path, '/api/run');
  const prompts = madeOf({...DEFAULTS, prompt: 'a', model: 'demo', from: ['b'], other: 'prompt', show: 'difference'});
  assert.deepEqual([prompts.show, question(prompts).request.b], ['difference', {prompt: 'b'}]);
  assert.deepEqual(question(madeOf({...state, other: 'tuned', show: 'difference'})).request.b, {edits: ['zero:L1H0', 'zero:L0.mlp_out'], lens: 'tuned'});
  assert.deepEqual(question(madeOf({...DEFAULTS, model: 'demo', other: 'model:gpt2', show: 'difference'})).request.b, {model: 'gpt2'});
  assert.equal(madeOf({...DEFAULTS, model: 'demo', other: 'model:demo', show: 'difference'}).show, 'after', 'the model is the same');
  assert.equal(madeOf({...DEFAULTS, other: 'prompt', show: 'difference'}).show, 'after', 'there is no other prompt');
  assert.equal(madeOf({...DEFAULTS, other: 'logit', show: 'difference'}).show, 'after', 'the lens is the same');
  assert.deepEqual(madeOf({...DEFAULTS, from: ['b'], other: 'prompt'}), {...DEFAULTS});
  assert.deepEqual(JSON.parse(asJson(made)), request);
  assert.ok(asCurl(made, [], 'http://h').startsWith('curl -s http://h/api/compare '));
  assert.ok(asPython(made, [], 'http://h').includes('"http://h/api/compare"'));
  assert.ok(asCommand(made, [7]).startsWith('lens compare --model demo --top-k 10 --position all --edit zero:L1H0'), asCommand(made, [7]));
  assert.ok(asPictureCommand(made, [7], 'kl').includes('--track id:7 --metric kl --output difference.svg -- a'), asPictureCommand(made, [7], 'kl'));
  assert.ok(asJava(made, []).includes('LensComparison c = lens.compare("a"'), asJava(made, []));
});

test('what a run is compared with is copied too', () => {
  const with_ = (other, edits = []) => madeOf({...DEFAULTS, prompt: 'a', model: 'demo', edits, from: ['b c'], other, show: 'difference'});
  assert.equal(asCommand(with_('prompt'), [7]), "lens compare --model demo --top-k 10 --position all --track id:7 -- a 'b c'");
  assert.equal(asCommand(with_('model:gpt2', ['zero:L1H0']), []), 'lens compare --model demo --top-k 10 --position all --edit zero:L1H0 --model-b gpt2 -- a');
  assert.equal(asCommand(with_('tuned'), []),
      'lens run --model demo --top-k 10 --position all -- a\nlens run --model demo --top-k 10 --position all --lens tuned -- a');
  assert.ok(asPictureCommand(with_('tuned'), [], 'kl', 'http://h').startsWith('curl -s http://h/api/compare') );
  assert.ok(asPictureCommand(with_('prompt'), [], 'kl', 'http://h').endsWith("--metric kl --output difference.svg -- a 'b c'"));
  const java = other => asJava(with_(other, ['zero:L1H0']), [7]);
  assert.ok(java('prompt').includes('.compare(lens.run("b c",\n            options, Edits.parse("zero:L1H0", List.of(Prompt.of("b c")))), Alignment.ENDS);'), java('prompt'));
  assert.ok(java('tuned').includes('.compare(lens.run("a",\n            options.readout(lens.readout("tuned"))'), java('tuned'));
  assert.ok(java('model:gpt2').includes('LogitLens other = LogitLens.open("gpt2")') && java('model:gpt2').includes('.compare(other.run("a"'), java('model:gpt2'));
});

test('what is no text of its own cannot be written', () => {
  assert.equal(unwritable({id: 1, text: ' Paris', bytes: '205061726973'}), undefined);
  assert.ok(unwritable({id: 2, text: '\ufffd', bytes: 'e2'}).includes('\\xe2'));
  assert.ok(unwritable({id: 50256, text: '<|endoftext|>'}).includes('ends'));
});

test('a sweep is asked of the model as it is, about the token that is explained', () => {
  const asked = sweepRequest({...state, bos: true, sweep: 'ablate', from: []}, 7);
  assert.deepEqual(asked, {prompt: 'a', model: 'demo', bos: true, token: {id: 7}, sites: ['head', 'mlp_out', 'attn_out']});
  const patches = sweepRequest({...state, sweep: 'patch', reason: 5, against: 9}, 7);
  assert.deepEqual(patches, {prompt: 'a', model: 'demo', token: {id: 5}, sites: ['resid_pre', 'attn_out', 'mlp_out', 'head'], versus: {id: 9},
    corrupted: 'b', direction: 'noise'});
  assert.equal(sweepRequest({...state, sweep: 'patch', from: []}, 7), undefined);
  assert.equal(sweepRequest(state, 7), undefined);
  assert.equal(sweep.asCommand(asked), 'lens ablate --model demo --token id:7 --sites head,mlp_out,attn_out --bos -- a');
  assert.equal(sweep.asCommand(patches), 'lens patch --model demo --token id:5 --versus id:9 --sites resid_pre,attn_out,mlp_out,head --direction noise -- a b');
  assert.ok(sweep.asJava(patches).includes('lens.sweep("a", "b",'), sweep.asJava(patches));
  assert.ok(sweep.asJava(asked).includes('lens.ablate(Prompt.of("a"),'), sweep.asJava(asked));
  assert.ok(sweep.asCurl(asked, 'http://h').includes('http://h/api/sweep') && sweep.asPython(asked, 'http://h').includes('"http://h/api/sweep"'));
});

test('cells of a sweep find their places as they come', () => {
  const cells = new Cells();
  cells.add([{site: 'head', row: 1, column: 0, effect: -2}, {site: 'mlp_out', row: 0, column: 0, effect: 8}]);
  cells.add([{site: 'head', row: 0, column: 1, effect: 'NaN'}]);
  assert.equal(cells.count, 3);
  assert.equal(cells.at('head', 1, 0).effect, -2);
  assert.equal(cells.at('head', 5, 0), undefined);
  assert.deepEqual([cells.scaleOf('head').low, cells.scaleOf('head').high, cells.scaleOf('mlp_out').toUnit(0)], [-2, 2, 0.5]);
  const sizes = {layers: 8, nHeads: 4};
  assert.deepEqual([layoutOf('head', 'patch', sizes, 7), layoutOf('mlp_out', 'ablate', sizes, 7), layoutOf('mlp_out', 'patch', sizes, 7)].map(each => [each.rows, each.count]),
      [[8, 4], [8, 1], [8, 7]]);
});
