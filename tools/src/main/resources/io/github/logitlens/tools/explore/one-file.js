// The entry of the page in one file: the run and the view stand in it, and nothing is asked of anybody.

import {Paths} from './paths.js';
import {Run} from './run.js';
import {fromFragment, Store} from './state.js';
import {shown} from './text.js';
import {Viewer} from './viewer.js';
import {wholePercent} from './words.js';

const embedded = id => JSON.parse(document.getElementById(id).textContent || '{}');
const run = Run.of(embedded('run'));
const {fragment = '', address} = embedded('view');
const paths = new Paths(undefined, () => {});
const store = new Store(fromFragment(fragment), () => viewer.show(run));
const viewer = new Viewer(document.getElementById('viewer'), store, paths);
const answer = run.top(run.finalPoint, run.lastPosition);
const prompt = run.tokens.map(token => shown(token)).join('').replaceAll('␣', ' ').trim();
document.getElementById('prompt').textContent = prompt;
document.getElementById('answer').textContent = answer ? ` ▸ ${shown(answer)} ${wholePercent(Number(answer.probability))}` : '';
document.title = `${prompt} ▸ ${answer ? shown(answer) : ''} · Logit Lens`;
document.getElementById('about').textContent = `${run.model.id}, ${run.model.layers} layers, dModel ${run.model.dModel}; `
    + `${run.tokens.length} tokens; ${run.options.lens} lens; BOS ${run.options.bos ? 'prepended' : 'none'}; `
    + `layer norm ${run.options.layerNorm}; ${run.edits?.length > 0 ? `changed: ${run.edits.join(', ')}` : 'no edits'}; `
    + `weights ${run.provenance?.weightsSha256 ?? 'unknown'}`;
document.getElementById('from').textContent = address === undefined
    ? `Made by lens run, version ${run.provenance?.version ?? 'unknown'}` : `Made at ${address}`;
document.getElementById('theme').addEventListener('click', () => globalThis.lensToggleTheme());
addEventListener('lens-theme', () => viewer.restyle());
viewer.show(run);
