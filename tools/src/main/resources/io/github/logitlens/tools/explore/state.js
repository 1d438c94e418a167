// What the address says: everything needed to see the same picture again. It stands behind the #, which no browser sends
// to a server.

export const DEFAULTS = Object.freeze({
  prompt: '', model: '', topK: 10, bos: false, special: false, mid: false, metric: 'probability', scale: '',
  position: -1, point: -1, tracked: undefined, lines: 'probability',
});

const FIELDS = {
  prompt: {name: 'p', write: text => text, read: text => text},
  model: {name: 'model', write: text => text, read: text => text},
  topK: {name: 'k', write: String, read: text => whole(text, 1, 1000)},
  bos: {name: 'bos', write: flag => flag ? '1' : '0', read: text => text === '1'},
  special: {name: 'special', write: flag => flag ? '1' : '0', read: text => text === '1'},
  mid: {name: 'mid', write: flag => flag ? '1' : '0', read: text => text === '1'},
  metric: {name: 'metric', write: text => text, read: text => text},
  scale: {name: 'scale', write: text => text, read: text => text},
  position: {name: 'at', write: String, read: text => whole(text, -1, 1e6)},
  point: {name: 'point', write: String, read: text => whole(text, -1, 1e6)},
  tracked: {name: 'track', write: ids => ids.join(','), read: readIds},
  lines: {name: 'lines', write: text => text, read: text => text},
};

function whole(text, least, most) {
  const value = Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

function readIds(text) {
  return text === '' ? [] : text.split(',').map(id => whole(id, 0, 1e9)).filter(id => id !== undefined);
}

/** The part of an address behind the #; fields that have their default are left out. */
export function toFragment(state) {
  const parameters = new URLSearchParams();
  for (const [field, {name, write}] of Object.entries(FIELDS)) {
    if (state[field] !== undefined && state[field] !== DEFAULTS[field]) {
      parameters.set(name, write(state[field]));
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
