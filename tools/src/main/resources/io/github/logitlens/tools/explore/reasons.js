// Why a cell says what it says, as far as it needs no page: which questions the panel asks, and what of their answers it shows.

import {given, subjectOf} from './requests.js';
import {number} from './run.js';

/** Neurons of each MLP that are listed. */
const NEURONS = 8;
/** Tokens each way of a neuron. */
const PROMOTED = 10;

/** A component that can be opened, by its place in the grammar of edits: a head, an MLP or a neuron; undefined for another text. */
export function partOf(place) {
  const found = /^L(\d+)(?:H(\d+)|\.n(\d+)|\.mlp_out)$/.exec(place);
  if (found === null) {
    return undefined;
  }
  const [layer, head, neuron] = found.slice(1).map(digits => digits === undefined ? undefined : Number(digits));
  return {place, layer, head, neuron, mlp: head === undefined ? `L${layer}.mlp_out` : undefined};
}

/** The place of a component of an attribution; undefined for those that cannot be taken away by themselves. */
export function placeOf({kind, layer, head}) {
  return {head: `L${layer}H${head}`, mlp: `L${layer}.mlp_out`}[kind];
}

/** What the chosen position's answer is made of: the token that is explained, and the request. */
export function attributionRequest({run, state, position, answer}) {
  const token = state.reason ?? answer?.token.id;
  if (token === undefined || !run.isComplete()) {
    return undefined;
  }
  return {...subjectOf(run.of), position, token: {id: token}, neurons: NEURONS,
    ...given({versus: state.against !== undefined && state.against !== token && {id: state.against}})};
}

/** What a head attends to; undefined for another part. */
export function attentionRequest({run}, part) {
  return part?.head === undefined ? undefined : {...subjectOf(run.of), layer: part.layer, head: part.head};
}

/** What a neuron promotes; undefined for another part. */
export function neuronRequest({run}, part) {
  return part?.neuron === undefined ? undefined : {model: run.of.model, layer: part.layer, neuron: part.neuron, topK: PROMOTED};
}

/** Numbers by their size, the largest first; equal ones stay in their order. */
export function strongest(components) {
  return [...components].sort((a, b) => Math.abs(number(b.logit)) - Math.abs(number(a.logit)));
}

/** The part that is open: the one of the state, or else the head that says most. */
export function openPart({state}, attribution) {
  const chosen = partOf(state.part);
  if (chosen !== undefined || attribution === undefined) {
    return chosen;
  }
  const head = strongest(attribution.components).find(({kind}) => kind === 'head');
  return head && partOf(placeOf(head));
}

/** What a query sees of each key: {position, token, weight}, in their order. */
export function seen(attention, query) {
  const [{heads: [head]}] = attention.layers;
  return attention.tokens.slice(0, query + 1).map(token =>
      ({position: token.position, token, weight: number(head.pattern[query][token.position])}));
}

/** The edit that takes a place away, or a key out of a query's sight. */
export const ablation = place => `zero:${place}`;
export const cutting = (head, query, key) => `cut:${head}@${query}/${key}`;
