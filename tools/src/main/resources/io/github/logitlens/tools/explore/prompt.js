// The prompt box: text, its tokens as one types, the examples, and the options of a run.

import {button, element} from './dom.js';
import {display, spacedBytes} from './text.js';

const TOKENS_AFTER = 120;
const RUN_AFTER = 450;
const MOST_SHOWN = 1100;

export class Prompt {

  /**
   * @param form   the form in the page
   * @param server what /api/info says
   * @param listen {run(query), tokens(text, query), select(position)}: tokens answers a list, or throws an Error
   */
  constructor(form, server, listen) {
    this.form = form;
    this.listen = listen;
    this.field = name => form.elements.namedItem(name);
    this.chips = form.querySelector('.chips');
    this.count = form.querySelector('.token-count');
    this.field('model').replaceChildren(...server.models.map(model =>
        element('option', {value: model.id, title: `${model.layers} layers, dModel ${model.dModel}`}, model.id)));
    form.querySelector('.examples').append(...server.examples.map(example =>
        button(example, `Run the example: ${example}`, () => this.example(example), 'example')));
    if (server.limits?.topK) {
      this.field('topK').max = server.limits.topK;
    }
    this.field('prompt').addEventListener('input', () => this.typed());
    this.field('prompt').addEventListener('keydown', event => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.submit();
    });
    for (const name of ['topK', 'bos', 'special', 'mid', 'model']) {
      this.field(name).addEventListener('change', () => {
        this.showTokens();
        this.submit();
      });
    }
  }

  /** Fills the form, without running. */
  fill(state) {
    this.field('prompt').value = state.prompt;
    this.field('topK').value = state.topK;
    this.field('bos').checked = state.bos;
    this.field('special').checked = state.special;
    this.field('mid').checked = state.mid;
    if ([...this.field('model').options].some(option => option.value === state.model)) {
      this.field('model').value = state.model;
    }
    this.showTokens();
  }

  /** What the form asks for. */
  query() {
    const topK = this.field('topK');
    return {
      prompt: this.field('prompt').value, model: this.field('model').value, bos: this.field('bos').checked,
      special: this.field('special').checked, mid: this.field('mid').checked, topK: topK.validity.valid && topK.value !== '' ? Number(topK.value) : Number(topK.defaultValue),
    };
  }

  example(text) {
    this.field('prompt').value = text;
    this.showTokens();
    this.submit();
  }

  typed() {
    clearTimeout(this.tokensTimer);
    clearTimeout(this.runTimer);
    this.tokensTimer = setTimeout(() => this.showTokens(), TOKENS_AFTER);
    this.runTimer = setTimeout(() => this.submit(), RUN_AFTER);
  }

  submit() {
    clearTimeout(this.runTimer);
    const query = this.query();
    if (query.prompt !== '' || query.bos) {
      this.listen.run(query);
    }
  }

  async showTokens() {
    clearTimeout(this.tokensTimer);
    const query = this.query();
    const asked = {};
    this.asked = asked;
    try {
      const tokens = query.prompt === '' && !query.bos ? [] : await this.listen.tokens(query);
      if (this.asked === asked) {
        this.draw(tokens);
      }
    } catch (e) {
      if (this.asked === asked && e.name !== 'AbortError') {
        this.count.textContent = e.message;
        this.chips.replaceChildren();
      }
    }
  }

  draw(tokens) {
    this.count.textContent = tokens.length === 1 ? '1 token' : `${tokens.length} tokens`;
    this.chips.replaceChildren(...tokens.slice(0, MOST_SHOWN).map((token, index) => {
      const name = `token ${index}: id ${token.id}, bytes ${spacedBytes(token.bytes)}`;
      return element('button', {
        type: 'button', class: `chip chip-${index % 2}`, dir: 'ltr', title: name,
        'aria-label': `${JSON.stringify(display(token))}, ${name}`, click: () => this.listen.select(index),
      }, shownToken(token));
    }), tokens.length > MOST_SHOWN ? `… and ${tokens.length - MOST_SHOWN} more` : '');
  }
}

/** Spaces as ␣, which a chip would swallow. */
function shownToken(token) {
  return display(token).replaceAll(' ', '␣');
}
