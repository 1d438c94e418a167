// What the page alone computes.

import assert from 'node:assert/strict';
import test from 'node:test';
import {formatted, isIn, metricOf} from './metrics.js';
import {observations} from './observations.js';
import {Paths} from './paths.js';
import {ANSWER, answerAt, CHOICES, choiceOf, QUESTIONS} from './questions.js';
import {asRequest, gridRequest, lackingTokens, pictureOf, pointsOf} from './requests.js';
import {Run} from './run.js';
import {asCommand, asCurl, asJava, asPictureCommand, asPython} from './snippets.js';
import {asksTheSame, DEFAULTS, fromFragment, same, Store, toFragment} from './state.js';
import {displayText, shown} from './text.js';
import {biggestJump, decisionPoint, distinctFirstChoices, flips} from './trajectory.js';
import {idsOf, viewOf} from './view.js';
import {counted, decimal, percent, place, wholePercent} from './words.js';

test('an address gives the state that wrote it', () => {
  const state = {...DEFAULTS, prompt: 'a&b=c#%\n\u{1f642}', model: '/a dir/x', lens: 'tuned', topK: 7, bottomK: 2, bos: true,
    special: true, also: ['resid_mid', 'head'], layers: '0:12:2', layerNorm: 'frozen', stopAfter: 0,
    edits: ['swap:L4.resid_post=unembed: Paris|unembed: Rome', 'cut:L4H0@-1/3,renorm'], off: [1], show: 'difference', other: 'tuned', from: ['Big Ben is in'],
    metric: 'jsd', change: 'kl', scale: 'clip', position: 3, point: 'blocks.3.hook_resid_post', tracked: [1, 6342], lines: 'rank', reason: 7, against: 0,
    part: 'L5H3', sweep: 'ablate', site: 'head', lesson: 'says.3',
    panel: 'heat'};
  assert.deepEqual(Object.keys(DEFAULTS).filter(field => same(field, state, DEFAULTS)), [], 'every field is another');
  assert.deepEqual(fromFragment(`#${toFragment(state)}`), state);
  assert.equal(toFragment(DEFAULTS), '');
  assert.deepEqual(fromFragment(toFragment({...DEFAULTS, tracked: []})).tracked, []);
});

test('what an address names wrongly has its default', () => {
  assert.deepEqual(fromFragment('k=0&at=-7&p&stop=&bottom=1.5'), DEFAULTS);
  assert.deepEqual(fromFragment('track=1,x,-2,3').tracked, [1, 3]);
  assert.deepEqual(fromFragment('also=head,<b>').also, ['head']);
});

test('a store tells what has changed, and only then', () => {
  const heard = [];
  const store = new Store(DEFAULTS, (state, before, history) => heard.push([before.topK, state.topK, history]));
  store.set({topK: 10, also: []});
  assert.deepEqual(heard, []);
  store.set({topK: 3}, 'push');
  store.set({tracked: []});
  assert.deepEqual(heard, [[10, 3, 'push'], [3, 3, 'replace']]);
  assert.throws(() => { store.state.topK = 4; });
  assert.equal(asksTheSame(store.state, {...store.state, metric: 'jsd', tracked: [1], position: 3}), true);
  assert.equal(asksTheSame(store.state, {...store.state, also: ['head']}), false);
});

test('figures', () => {
  assert.equal(formatted(metricOf('nextRank'), 1234.0), '#1,234');
  assert.equal(formatted(metricOf('tracked.rank'), NaN), '–');
  assert.equal(formatted(metricOf('entropy'), -Infinity), '−∞');
  assert.equal(formatted(metricOf('nextProbability'), 0.25), '25 %');
  assert.deepEqual([0.96549, 0.9999, 1, 0.0326, 0.0012, 0.00012, 1.1e-6, 5e-324, 0, NaN].map(percent),
      ['96.5 %', '> 99.9 %', '100 %', '3.3 %', '0.12 %', '1 in 8,300', '1 in 910,000', '5e-324', '0 %', '–']);
  assert.deepEqual([0.96549, 0.999, 0.004].map(wholePercent), ['97 %', '99.9 %', '0.4 %']);
  assert.deepEqual([place(1), place(50257), place(undefined)], ['#1', '#50,257', '–']);
  assert.deepEqual([decimal(-0.001), decimal(-1.5), decimal(NaN)], ['0.00', '−1.50', '–']);
  assert.deepEqual([counted(1, 'row'), counted(1024, 'row')], ['1 row', '1,024 rows']);
});

test('a metric is there if it was asked for, or always', () => {
  const run = {options: {metrics: ['jsd'], tracked: []}};
  assert.deepEqual(['jsd', 'entropy', 'margin', 'tracked.rank'].map(key => isIn(metricOf(key), run)), [true, true, false, false]);
  assert.equal(isIn(metricOf('tracked.rank'), {options: {tracked: [' Paris']}}), true);
});

test('copied calls survive quotes, line ends and signs of the shell', () => {
  const state = {...DEFAULTS, prompt: '"$HOME"\n\\\'\u202e', model: 'a b', topK: 3, bos: true};
  assert.ok(asJava(state, [7]).includes('"\\"$HOME\\"\\n\\\\\'\\u202e"'), asJava(state, [7]));
  assert.equal(asCommand(state, [7]),
      "lens run --model 'a b' --top-k 3 --position all --bos --track id:7 -- $'\"$HOME\"\\x0a\\\\\\'\\xe2\\x80\\xae'");
  assert.deepEqual(asRequest(state, {tracked: [7]}).tracked, [{id: 7}]);
  assert.ok(asCurl(state, [], 'http://h').includes('\\u202e'), 'nothing but ASCII: ' + asCurl(state, [], 'http://h'));
  assert.ok(asPython(state, [7], 'http://h').split('\n').length <= 7);
  assert.ok(asPython(state, [7], 'http://h').includes("\\u0027"), asPython(state, [7], 'http://h'));
});

test('every option that is not the usual one is copied', () => {
  const state = {...DEFAULTS, prompt: 'a', model: 'demo', bottomK: 2, special: true, also: ['head', 'resid_mid'], layers: '0:4', layerNorm: 'none',
    stopAfter: 5, lens: 'tuned', edits: ['zero:L5H3', 'patch:L6.resid_post@-1'], from: ['Big Ben is in']};
  const command = asPictureCommand(state, {tracked: [], metric: 'entropy', scale: 'log'});
  for (const option of ['--bottom-k 2', '--special', '--points embed,head,resid_mid,resid_post', '--layers 0:4', '--layer-norm none', '--stop-after 5',
    '--lens tuned', "--edit zero:L5H3 --edit 'patch:L6.resid_post@-1' --from 'Big Ben is in'", '--format svg --metric entropy --scale log --output grid.svg -- a']) {
    assert.ok(command.includes(option), command);
  }
  const java = asJava(state, []);
  for (const call of ['.bottomK(2)', 'SpecialTokens.PARSE', '.points(PointKind.EMBED, PointKind.HEAD, PointKind.RESID_MID, PointKind.RESID_POST)',
    '.layers(Layers.parse("0:4"))', 'LayerNormMode.NONE', '.stopAfter(5)', '.readout(lens.readout("tuned"))',
    'Edits.parse("zero:L5H3", List.of(Prompt.of("Big Ben is in")))']) {
    assert.ok(java.includes(call), java);
  }
  assert.deepEqual(asRequest(state), {prompt: 'a', model: 'demo', topK: 10, positions: 'all', lens: 'tuned', bottomK: 2, special: true,
    points: ['embed', 'head', 'resid_mid', 'resid_post'], layers: '0:4', layerNorm: 'none', stopAfter: 5,
    edits: ['zero:L5H3', 'patch:L6.resid_post@-1'], from: ['Big Ben is in']});
  assert.deepEqual(pointsOf(DEFAULTS), ['embed', 'resid_post']);
});

test('the run that is asked for is a function of the state', () => {
  const state = {...DEFAULTS, prompt: 'a', model: 'demo'};
  assert.deepEqual(gridRequest(state, 9).metrics, ['surprisal']);
  assert.equal('tracked' in gridRequest(state, 9), false);
  assert.deepEqual(gridRequest({...state, metric: 'jsd'}).metrics, ['surprisal', 'jsd']);
  assert.deepEqual(gridRequest({...state, metric: 'entropy'}).metrics, ['surprisal']);
  assert.deepEqual(gridRequest({...state, metric: 'tracked.rank'}, 9).tracked, [{id: 9}]);
  assert.deepEqual(gridRequest({...state, metric: 'tracked.rank', tracked: [3, 4]}, 9).tracked, [{id: 3}]);
  assert.equal('tracked' in gridRequest({...state, metric: 'tracked.rank', tracked: []}, 9), false);
  assert.deepEqual(gridRequest({...state, metric: 'logitDifference', tracked: [3, 4]}, 9).versus, {id: 4});
  assert.equal('versus' in gridRequest({...state, metric: 'tracked.rank', tracked: [3, 4]}, 9), false);
  const lacking = (metric, tracked) => lackingTokens({...state, metric, tracked}, {options: {}});
  assert.deepEqual([lacking('tracked.rank', []), lacking('logitDifference', []), lacking('logitDifference', [3]), lacking('tracked.foo', [])], [1, 2, 1, 0]);
});

/** Three layers at two positions, the answer being 1; a component's row that says something else. */
function smallRun() {
  const kinds = ['embed', 'resid_post', 'attn_out', 'resid_post'];
  const run = new Run({
    model: {id: 'm', layers: 2}, options: {topK: 2, lens: 'logit', metrics: []}, tokens: [{position: 0, id: 5, text: 'a'}, {position: 1, id: 6, text: 'b'}],
    points: kinds.map((kind, index) => ({index, kind, name: `p${index}`, label: `P${index}`, layer: index})),
  });
  const top = (...ids) => ids.map((id, at) => ({id, text: ` t${id}`, logit: 2 - at, probability: at === 0 ? 0.6 : 0.2}));
  const tops = [top(6, 5), top(2, 1), top(9, 8), top(1, 2)];
  run.add([0, 1].flatMap(position => tops.map((each, point) => ({point, position, entropy: 1, klToFinal: 0.5, top: each}))));
  return run;
}

test('a view is a function of a run and the state', () => {
  const run = smallRun();
  const paths = new Paths(undefined, () => {});
  const view = viewOf(run, {...DEFAULTS, position: 7, point: 'gone', metric: 'nothing'}, paths);
  assert.deepEqual([view.position, view.row, view.metric.key, view.decided], [1, 3, 'probability', 3]);
  assert.deepEqual(view.answer, {token: {id: 1, text: ' t1', logit: 2, probability: 0.6}, probability: 0.6});
  assert.deepEqual(view.path.map(step => step?.rank), [undefined, 2, undefined, 1]);
  assert.deepEqual(view.followed.map(({token}) => token.id), [1, 2, 6], 'not what a component says');
  assert.deepEqual(idsOf(view), [1, 2, 6]);
  assert.deepEqual(viewOf(run, {...DEFAULTS, tracked: [42], point: 'p1', position: 0}, paths).followed.map(({token}) => token.text), ['id 42']);
  assert.equal(viewOf(run, {...DEFAULTS, point: 'p1'}, paths).row, 1);
  assert.equal(viewOf(run, DEFAULTS, paths).colouring, view.colouring, 'the same colours are not worked out twice');
  assert.deepEqual(view.observations.filter(({row}) => row !== undefined).map(({row, caption}) => [row, caption]),
      [[3, 'decided'], [1, 'in the first 2'], [3, '20 % → 60 %']]);
  assert.ok(observations(run, 1, view.path).every(({name, text, meaning}) => name && text && meaning));
});

test('a picture is what is seen', () => {
  const view = (metric, tracked) => ({run: smallRun(), state: {...DEFAULTS, tracked}, metric: choiceOf(metric), scale: {key: 'linear'}});
  assert.deepEqual(pictureOf(view('entropy', [7])), {metric: 'entropy', scale: 'linear', tracked: [7]});
  assert.deepEqual(pictureOf(view('answer', [7, 1])), {metric: 'answer', scale: 'linear', tracked: [7, 1]});
  assert.deepEqual(pictureOf(view('tracked.rank')), {metric: 'tracked.rank', scale: 'linear', tracked: [1]});
  assert.deepEqual(pictureOf(view('logitDifference', [7, 8])), {metric: 'logitDifference', scale: 'linear', tracked: [7, 8], versus: 8});
  assert.ok(asPictureCommand(DEFAULTS, pictureOf(view('logitDifference', [7, 8]))).includes('--track id:7 --track id:8 --versus id:8'));
});

test('where the answer emerges', () => {
  const run = smallRun();
  assert.deepEqual([0, 1, 2, 3].map(point => ANSWER.of(run, point, 1)), [3, 2, 3, 1]);
  assert.deepEqual([1, 3].map(value => ANSWER.format(value, run)), ['#1', 'beyond #2']);
  assert.equal(answerAt(run, 1).token.id, 1);
  assert.equal(new Set(CHOICES.map(({key}) => key)).size, CHOICES.length);
  assert.ok(QUESTIONS.every(({key}) => choiceOf(key) !== undefined));
});

test('only what the residual stream says is a way through the layers', () => {
  const run = smallRun();
  assert.equal(decisionPoint(run, 1).index, 3);
  assert.equal(flips(run, 1), 2);
});

test('ways are read once, and where they cannot be read what the run holds stays', async () => {
  const run = smallRun();
  const asked = [];
  let arrived = 0;
  const paths = new Paths((_, position, ids) => {
    asked.push([position, ...ids]);
    return Promise.resolve(new Map(ids.map(id => [id, {token: {id, text: 'x'}, path: [{rank: 4}]}])));
  }, () => arrived++);
  const [first, second] = [paths.want(run, 1, [1, 2]), paths.want(run, 1, [1, 2])];
  await Promise.all([first, second, paths.want(run, 1, [])]);
  await paths.want(run, 1, [2, 1]);
  assert.deepEqual(asked, [[1, 1, 2]]);
  assert.equal(arrived, 1);
  assert.deepEqual(paths.of(run, 1, 2), [{rank: 4}]);
  assert.equal(paths.token(2).text, 'x');
  await paths.want(run, 1, [1, 3]);
  assert.deepEqual(asked[1], [1, 3]);
  const broken = new Paths(() => Promise.reject(new Error('no server')), () => assert.fail('nothing has come'));
  await broken.want(run, 1, [1]);
  assert.deepEqual(broken.of(run, 1, 1).map(step => step?.rank), [undefined, 2, undefined, 1]);
});

test('text of one\'s own shows no control character', () => {
  assert.equal(displayText('a\n\u202eb\u0000'), 'a\\n\\xe2\\x80\\xaeb\\x00');
  assert.equal(shown({text: '  a b'}), '␣␣a␣b');
});

test('ways through the layers', () => {
  const tops = [5, 7, 5, 9];
  const run = {finalPoint: 3, stream: [0, 1, 2, 3], top: point => ({id: tops[point]})};
  assert.deepEqual(distinctFirstChoices(run, 0).map(token => token.id), [9, 5, 7]);
  const path = [0.1, 0.2, undefined, 0.9, 0.4].map(p => p && {probability: p});
  assert.deepEqual(biggestJump(path), {from: 3, point: 4, change: 0.4 - 0.9});
  assert.equal(biggestJump([undefined]), undefined);
});
