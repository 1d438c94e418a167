// The list of edits, as far as it needs no page: what of it is made, how it is changed, undone and written.

import {displayText} from './text.js';

/** Edits that take something from the prompts of `from`. */
const TAKES = /^(?:patch|resample|mean):|=diff$/;

/**
 * A state as it is run: without the edits that are off, or any where the model is seen as it is; without prompts that no edit takes
 * from. Two states that are run alike have the same.
 */
export function madeOf(state) {
  const edits = state.show === 'before' ? [] : state.edits.filter((_, at) => !state.off.includes(at));
  const other = otherOf(state);
  const differs = state.show === 'difference' && (edits.length > 0 || other !== '');
  return {
    ...state, edits, off: [], from: edits.some(edit => TAKES.test(edit)) || differs && other === 'prompt' ? state.from : [],
    show: differs ? 'difference' : 'after', other: differs ? other : '',
  };
}

const MODEL = 'model:';

/** What a run is compared with besides its edits: `prompt`, the first that edits take from; `model:` and one's id; the name of a lens; or nothing. */
export function otherOf({other, from, lens, model}) {
  return other === 'prompt' && from.length === 0 || other === lens || other === MODEL + model ? '' : other;
}

/** The fields of the second run that `otherOf` means, and what it is called. */
export function secondOf({other, from}) {
  if (other === '') {
    return {fields: {}, name: ''};
  }
  if (other === 'prompt') {
    return {fields: {prompt: from[0]}, name: `“${displayText(from[0])}”`};
  }
  return other.startsWith(MODEL) ? {fields: {model: other.slice(MODEL.length)}, name: other.slice(MODEL.length)}
      : {fields: {lens: other}, name: `the ${other} lens`};
}

/** Whether an edit is in the list and on. */
export function isMade({edits, off}, edit) {
  return edits.some((other, at) => other === edit && !off.includes(at));
}

/** The changes of the state that put an edit at the end of the list, or turn it on if it is there. */
export function added({edits, off}, edit) {
  const at = edits.indexOf(edit);
  return at < 0 ? {edits: [...edits, edit], off} : {edits, off: off.filter(other => other !== at)};
}

export function removed({edits, off}, at) {
  return {edits: edits.filter((_, other) => other !== at), off: off.filter(other => other !== at).map(other => other > at ? other - 1 : other)};
}

export function turned({edits, off}, at) {
  return {edits, off: off.includes(at) ? off.filter(other => other !== at) : [...off, at].sort((a, b) => a - b)};
}

/** An edit that is made taken back, another one made. */
export function toggled(state, edit) {
  return isMade(state, edit) ? removed(state, state.edits.indexOf(edit)) : added(state, edit);
}

/** The place of a row in the grammar of edits, at a position. */
export function placeAt({kind, layer, head}, position) {
  const where = kind === 'embed' ? 'embed' : kind === 'head' ? `L${layer}H${head}` : `L${layer}.${kind}`;
  return position === undefined ? where : `${where}@${position}`;
}

/** What another prompt has at a place, put in at a place. */
export function patching(to, from) {
  return to === from ? `patch:${to}` : `patch:${to}=${from}`;
}

/** @param token the direction is its unembedding: towards saying it */
export function steering(place, factor, token) {
  return `steer:${place}*${factor}=unembed:${token}`;
}

const FIELDS = ['edits', 'off', 'from'];

/** What was changed in the lists of edits, to go back to and forth again. */
export class Undo {

  constructor() {
    this.before = [];
    this.behind = [];
  }

  /** Hears of another state. */
  heard(state, before) {
    if (!this.going && FIELDS.some(field => JSON.stringify(state[field]) !== JSON.stringify(before[field]))) {
      this.before.push(only(before));
      this.behind = [];
    }
  }

  /** @param set takes changes of the state */
  back(state, set) {
    this.go(this.before, this.behind, state, set);
  }

  forth(state, set) {
    this.go(this.behind, this.before, state, set);
  }

  go(from, to, state, set) {
    const next = from.pop();
    if (next !== undefined) {
      to.push(only(state));
      this.going = true;
      try {
        set(next);
      } finally {
        this.going = false;
      }
    }
  }
}

function only(state) {
  return Object.fromEntries(FIELDS.map(field => [field, state[field]]));
}
