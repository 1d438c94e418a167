// The entry of the page in one file: the run stands in it, and nothing is asked of anybody.

import {Run} from './run.js';
import {DEFAULTS} from './state.js';
import {Viewer} from './viewer.js';

const embedded = id => JSON.parse(document.getElementById(id).textContent);
const run = Run.of(embedded('run'));
const viewer = new Viewer(document.getElementById('viewer'), {}, {...DEFAULTS}, () => {});
document.getElementById('about').textContent = `${run.model.id}, ${run.model.layers} layers, dModel ${run.model.dModel}; `
    + `${run.tokens.length} tokens; BOS ${run.options.bos ? 'prepended' : 'none'}; LayerNorm ${run.options.layerNorm}`;
document.getElementById('theme').addEventListener('click', () => globalThis.lensToggleTheme());
addEventListener('lens-theme', () => viewer.restyle());
viewer.show(run);
