// A sweep as the page holds it while its cells arrive: what is asked, the grids, and the cell behind each place.

import {given, subjectOf} from './requests.js';
import {number} from './run.js';
import {scaleOf} from './scale.js';

export const KINDS = [
  {key: 'ablate', label: 'take each part away', sites: ['head', 'mlp_out', 'attn_out']},
  {key: 'patch', label: 'put in the other prompt’s', sites: ['resid_pre', 'attn_out', 'mlp_out', 'head']},
];
export const SITES = {
  resid_pre: 'residual stream', attn_out: 'attention', mlp_out: 'MLPs', head: 'heads',
};
/** Effects are numbers around 0: their colours are those of changes. */
const EFFECT = {kind: 'signed'};

/**
 * The body of POST /api/sweep for a state: the prompt's own run changed at one place at a time, by nothing or by what another prompt
 * has there; read is the logit of the token that is explained, less that of the one it is compared with.
 *
 * @param answer the id that is explained where none is chosen
 */
export function sweepRequest(state, answer) {
  const kind = KINDS.find(({key}) => key === state.sweep);
  const token = state.reason ?? answer;
  const [other] = state.from;
  if (kind === undefined || token === undefined || kind.key === 'patch' && other === undefined) {
    return undefined;
  }
  const {edits, from, ...subject} = subjectOf(state);
  return {...subject, token: {id: token}, sites: kind.sites, ...given({
    versus: state.against !== undefined && state.against !== token && {id: state.against},
    corrupted: kind.key === 'patch' && other, direction: kind.key === 'patch' && 'noise',
  })};
}

export class Cells {

  constructor() {
    this.sites = new Map();
    this.count = 0;
  }

  add(cells) {
    for (const cell of cells) {
      const site = this.sites.get(cell.site) ?? new Map();
      this.sites.set(cell.site, site);
      site.set(`${cell.row} ${cell.column}`, cell);
    }
    this.count += cells.length;
  }

  at(site, row, column) {
    return this.sites.get(site)?.get(`${row} ${column}`);
  }

  /** The scale of a site's effects. */
  scaleOf(site) {
    return scaleOf('linear', EFFECT, [...this.sites.get(site)?.values() ?? []].map(cell => number(cell.effect)));
  }
}

/** How many rows and columns a site's grid has, and what its columns are. */
export function layoutOf(site, kind, {layers, nHeads}, tokens) {
  const columns = site === 'head' ? {name: 'head', count: nHeads} : kind === 'ablate' ? {name: 'all', count: 1} : {name: 'position', count: tokens};
  return {rows: layers, ...columns};
}
