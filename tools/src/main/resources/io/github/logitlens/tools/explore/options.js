// What a run can be asked besides its prompt: folded away, each option described once.

import {drop, element} from './dom.js';

const KINDS = [
  {key: 'resid_mid', label: 'after attention', meaning: 'The residual stream between each block’s attention and its MLP'},
  {key: 'attn_out', label: 'what attention writes', meaning: 'What each block’s attention adds to the residual stream'},
  {key: 'head', label: 'what each head writes', meaning: 'What each attention head adds: as many rows as there are heads'},
  {key: 'mlp_out', label: 'what the MLP writes', meaning: 'What each block’s MLP adds to the residual stream'},
];

const NORMS = [
  {key: 'recomputed', label: 'each row’s own', meaning: 'the logit lens: each layer as if the model ended there'},
  {key: 'frozen', label: 'the last row’s', meaning: 'so that what components write adds up'},
  {key: 'none', label: 'none', meaning: 'the bare product with the unembedding'},
];

const KINDS_OF_LENS = [
  {key: 'logit', label: 'logit', meaning: 'The residual stream as it is'},
  {key: 'tuned', label: 'tuned', meaning: 'Each layer through a map that was trained to say what the model will say'},
  {key: 'jacobian', label: 'Jacobian', meaning: 'Each layer through the mean derivative of what comes after it'},
];

/** The kinds, and what else there is by its name. */
function lensesOf(ids) {
  return ids.map(id => KINDS_OF_LENS.find(({key}) => key === id) ?? {key: id, label: id, meaning: 'The lens that was given to lens explore'});
}

export class Options {

  /**
   * @param info   what /api/info says
   * @param listen change(changes)
   */
  constructor(host, info, listen) {
    this.listen = listen;
    this.fields = {};
    const {limits} = info;
    this.drop = drop('Options',
        this.group('Each cell',
            this.number('topK', 'Tokens per cell', 'How many of the most likely tokens are read in each cell', 1, limits.topK),
            this.number('bottomK', 'Least likely ones', 'How many of the least likely tokens are read in each cell', 0, limits.topK)),
        this.group('Prompt',
            this.check('bos', 'Begin with <|endoftext|>', 'Put <|endoftext|> before the prompt (BOS): GPT-2 was trained with it between texts'),
            this.check('special', 'Read special tokens', 'Read the text of a special token, such as <|endoftext|>, as the token')),
        this.group('Also read', ...KINDS.map(kind => this.kind(kind))),
        this.group('Layers',
            this.text('layers', 'Which', 'all; 3; 0,4,8; 4:9; or every second: ::2. The last one is always read', 'all'),
            this.number('stopAfter', 'Stop after layer', 'Run no layer behind this one; nothing is then compared with the model’s own output', 0, 1e4)),
        this.group('Change',
            this.entries('edits', 'Edits, one a line', 'What is changed in the run, such as zero:L5H3, cut:L4H0@-1/3 or patch:L6.resid_post@-1', 'zero:L5H3'),
            this.entries('from', 'From prompts, one a line', 'The prompts that patch, resample, mean and steer take from', 'Big Ben is in')),
        this.group('Lens', this.choice('lens', 'Kind', lensesOf(info.lenses)), this.choice('layerNorm', 'Layer norm', NORMS)));
    host.append(this.drop);
  }

  group(name, ...fields) {
    return element('fieldset', {}, element('legend', {}, name), ...fields);
  }

  number(field, label, meaning, least, most) {
    const input = element('input', {type: 'number', name: field, min: least, max: most, title: meaning, change: () => {
      const empty = input.value === '';
      if (empty || input.validity.valid) {
        this.listen({[field]: empty ? undefined : input.valueAsNumber});
      } else {
        input.reportValidity();
      }
    }});
    this.fields[field] = value => { input.value = value ?? ''; };
    return element('label', {title: meaning}, label, ' ', input);
  }

  text(field, label, meaning, empty) {
    const input = element('input', {type: 'text', name: field, title: meaning, spellcheck: 'false', autocomplete: 'off',
      change: () => this.listen({[field]: input.value.trim() || empty})});
    this.fields[field] = value => { input.value = value; };
    return element('label', {title: meaning}, label, ' ', input);
  }

  entries(field, label, meaning, example) {
    const input = element('textarea', {name: field, rows: 2, title: meaning, placeholder: example, spellcheck: 'false', autocomplete: 'off',
      change: () => this.listen({[field]: input.value.split('\n').map(entry => entry.trimEnd()).filter(entry => entry !== '')})});
    this.fields[field] = value => { input.value = value.join('\n'); };
    return element('label', {title: meaning}, label, ' ', input);
  }

  check(field, label, meaning) {
    const input = element('input', {type: 'checkbox', name: field, change: () => this.listen({[field]: input.checked})});
    this.fields[field] = value => { input.checked = value; };
    return element('label', {title: meaning}, input, ` ${label}`);
  }

  kind({key, label, meaning}) {
    const input = element('input', {type: 'checkbox', name: key, change: () => this.listen({also: KINDS.map(kind => kind.key)
        .filter(kind => this.drop.querySelector(`[name="${kind}"]`).checked)})});
    const before = this.fields.also;
    this.fields.also = value => { before?.(value); input.checked = value.includes(key); };
    return element('label', {title: meaning}, input, ` ${label}`);
  }

  choice(field, label, choices) {
    const input = element('select', {name: field, change: () => this.listen({[field]: input.value})},
        ...choices.map(({key, label: name, meaning}) => element('option', {value: key, title: meaning}, name)));
    this.fields[field] = value => { input.value = value; };
    return element('label', {title: choices.map(each => `${each.label}: ${each.meaning}`).join('\n')}, label, ' ', input);
  }

  /** Shows what a state has, and on the closed drop how many options are not the usual ones. */
  show(state, usual) {
    let other = 0;
    for (const [field, write] of Object.entries(this.fields)) {
      write(state[field]);
      other += String(state[field]) === String(usual[field]) ? 0 : 1;
    }
    this.drop.querySelector('summary').textContent = other === 0 ? 'Options' : `Options · ${other}`;
  }
}
