// What the page shows is a function of this and of the runs it has asked for. All of it but what is only passing stands in the
// address, behind the #, which no browser sends to a server: whoever opens the address sees the same.

const text = {write: value => value, read: value => value};
const flag = {write: value => value ? '1' : '0', read: value => value === '1'};
const words = {write: values => values.join(','), read: value => value.split(',').filter(word => /^[\w.]+$/.test(word))};
const entries = {write: values => values.join('\n'), read: value => value.split('\n').filter(entry => entry.trim() !== '')};
const ids = {
  write: values => values.join(','),
  read: value => value === '' ? [] : value.split(',').map(id => whole(id, 0, 1e9)).filter(id => id !== undefined),
};

/** A field of the address: its name there, its default, how it is written and read, and whether another value is another run. */
const FIELDS = {
  prompt: {name: 'p', usual: '', runs: true, ...text},
  model: {name: 'model', usual: '', runs: true, ...text},
  lens: {name: 'lens', usual: 'logit', runs: true, ...text},
  topK: {name: 'k', usual: 10, runs: true, ...number(1, 1e6)},
  bottomK: {name: 'bottom', usual: 0, runs: true, ...number(0, 1e6)},
  bos: {name: 'bos', usual: false, runs: true, ...flag},
  special: {name: 'special', usual: false, runs: true, ...flag},
  also: {name: 'also', usual: Object.freeze([]), runs: true, ...words},
  layers: {name: 'layers', usual: 'all', runs: true, ...text},
  layerNorm: {name: 'norm', usual: 'recomputed', runs: true, ...text},
  stopAfter: {name: 'stop', usual: undefined, runs: true, ...number(0, 1e6)},
  edits: {name: 'edit', usual: Object.freeze([]), runs: true, ...entries},
  off: {name: 'off', usual: Object.freeze([]), runs: true, ...ids},
  show: {name: 'show', usual: 'after', runs: true, ...text},
  other: {name: 'other', usual: '', runs: true, ...text},
  from: {name: 'from', usual: Object.freeze([]), runs: true, ...entries},
  metric: {name: 'metric', usual: 'probability', runs: false, ...text},
  change: {name: 'change', usual: 'logit', runs: false, ...text},
  scale: {name: 'scale', usual: '', runs: false, ...text},
  position: {name: 'at', usual: -1, runs: false, ...number(-1, 1e6)},
  point: {name: 'point', usual: '', runs: false, ...text},
  tracked: {name: 'track', usual: undefined, runs: false, ...ids},
  lines: {name: 'lines', usual: 'probability', runs: false, ...text},
  reason: {name: 'why', usual: undefined, runs: false, ...number(0, 1e9)},
  against: {name: 'less', usual: undefined, runs: false, ...number(0, 1e9)},
  part: {name: 'part', usual: '', runs: false, ...text},
  lesson: {name: 'lesson', usual: '', runs: false, ...text},
  sweep: {name: 'sweep', usual: '', runs: false, ...text},
  site: {name: 'site', usual: '', runs: false, ...text},
  panel: {name: 'panel', usual: 'lines', runs: false, ...text},
};

/** The state of an empty address. */
export const DEFAULTS = Object.freeze(Object.fromEntries(Object.entries(FIELDS).map(([field, {usual}]) => [field, usual])));

function number(least, most) {
  return {write: String, read: value => whole(value, least, most)};
}

function whole(value, least, most) {
  const read = Number(value);
  return value.trim() !== '' && Number.isInteger(read) && read >= least && read <= most ? read : undefined;
}

function written(field, value) {
  return value === undefined ? undefined : FIELDS[field].write(value);
}

/** Whether two states say the same of a field. */
export function same(field, a, b) {
  return field in FIELDS ? written(field, a[field]) === written(field, b[field]) : a[field] === b[field];
}

/** Whether two states ask for the same run, as far as fields of the address say. */
export function asksTheSame(a, b) {
  return Object.entries(FIELDS).every(([field, {runs}]) => !runs || same(field, a, b));
}

/** The part of an address behind the #; fields that have their default are left out. */
export function toFragment(state) {
  const parameters = new URLSearchParams();
  for (const [field, {name}] of Object.entries(FIELDS)) {
    if (state[field] !== undefined && !same(field, state, DEFAULTS)) {
      parameters.set(name, written(field, state[field]));
    }
  }
  return parameters.toString();
}

/** The state an address names; what it does not name, or names wrongly, has its default. */
export function fromFragment(fragment) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  const state = {...DEFAULTS};
  for (const [field, {name, read}] of Object.entries(FIELDS)) {
    const value = parameters.has(name) ? read(parameters.get(name)) : undefined;
    if (value !== undefined) {
      state[field] = value;
    }
  }
  return state;
}

/** Holds the state, and tells who listens what has changed. */
export class Store {

  /** @param changed called with the new state, the one before, and how it is to stand in the browser's history */
  constructor(state, changed) {
    this.state = Object.freeze({...state});
    this.changed = changed;
  }

  /** @param history `push`: Back comes back to what was before; `replace`; or `keep`, where the address has it already */
  set(changes, history = 'replace') {
    const before = this.state;
    if (Object.keys(changes).some(field => !same(field, changes, before))) {
      this.state = Object.freeze({...before, ...changes});
      this.changed(this.state, before, history);
    }
  }
}
