// What the page asks the server for, as a function of the state.

import {secondOf} from './edits.js';
import {isIn} from './metrics.js';
import {ASKED, choiceOf} from './questions.js';

const ALWAYS_READ = ['embed', 'resid_post'];
const ORDER = ['embed', 'resid_pre', 'head', 'attn_out', 'resid_mid', 'mlp_out', 'resid_post'];

/** The kinds of points that are read: the usual ones and those besides. */
export function pointsOf(state) {
  return ORDER.filter(kind => ALWAYS_READ.includes(kind) || state.also.includes(kind));
}

/** Fields without those that have their default, which are `false` here. */
export function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== false));
}

/** What every request says of the run that it is about. */
export function subjectOf(state) {
  return {prompt: state.prompt, model: state.model, ...given({
    bos: state.bos, special: state.special, edits: state.edits.length > 0 && state.edits, from: state.from.length > 0 && state.from,
  })};
}

/** The body of POST /api/run; what has its default is left out. */
export function asRequest(state, {metrics = [], tracked = [], versus, positions = 'all', topK = state.topK} = {}) {
  return {...subjectOf(state), topK, positions, ...given({
    lens: state.lens !== 'logit' && state.lens, bottomK: state.bottomK > 0 && state.bottomK,
    points: state.also.length > 0 && pointsOf(state), layers: state.layers !== 'all' && state.layers,
    layerNorm: state.layerNorm !== 'recomputed' && state.layerNorm,
    metrics: metrics.length > 0 && metrics, tracked: tracked.length > 0 && tracked.map(id => ({id})),
    versus: versus !== undefined && {id: versus}, stopAfter: state.stopAfter !== undefined && state.stopAfter,
  })};
}

/**
 * The run that the page needs for a state: what its questions read, the metric that is chosen, and in every cell the token whose
 * numbers the colours show, if they show one's, and the one that it is compared with: the second that is followed.
 *
 * @param answer the id that is followed where nothing is, if it is known by now
 */
export function gridRequest(state, answer) {
  const metric = choiceOf(state.metric);
  const asked = metric === undefined || metric.tracked || metric.always || ASKED.includes(metric.key) ? [] : [metric.key];
  const followed = state.tracked ?? [answer].filter(id => id !== undefined);
  return asRequest(state, {
    metrics: [...state.stopAfter === undefined ? ASKED : [], ...asked], tracked: metric?.tracked ? followed.slice(0, 1) : [],
    versus: metric?.versus ? followed[1] : undefined,
  });
}

/** How the program draws the picture that is seen: its metric, its scale, and the ids it follows. */
export function pictureOf({run, state, metric, scale}) {
  const followed = state.tracked ?? [];
  const answer = run.top(run.finalPoint, run.lastPosition)?.id;
  return {
    metric: metric.key, scale: scale.key, tracked: metric.tracked && followed.length === 0 ? [answer] : followed,
    ...metric.versus && {versus: followed[1]},
  };
}

/**
 * What is asked of the server for a state as it is run (see edits.js): the run that the grid shows, or the comparison of the model
 * as it is with the edits' run, another prompt's, lens's or model's.
 *
 * @param answer as for gridRequest
 * @return {path, request}
 */
export function question(state, answer) {
  return state.show === 'difference'
      ? {path: '/api/compare', request: compareRequest(state)}
      : {path: '/api/run', request: gridRequest(state, answer)};
}

/** The body of POST /api/compare; the token whose change is read is the first that is followed, or else the first run's answer. */
export function compareRequest(state) {
  const {edits, from} = state;
  return {...asRequest({...state, edits: [], from: []}, {tracked: (state.tracked ?? []).slice(0, 1)}), b: {
    ...given({edits: edits.length > 0 && edits, from: edits.length > 0 && from.length > 0 && from}), ...secondOf(state).fields,
  }};
}

/** How many more tokens have to be followed for the colours to show what they are to show. */
export function lackingTokens(state, run) {
  const metric = run.comparison ? undefined : choiceOf(state.metric);
  return metric?.tracked === true && !isIn(metric, run) ? (metric.versus ? 2 : 1) - (state.tracked ?? [undefined]).length : 0;
}
