// A first visit explains itself in three steps on the real page.

import {button, element} from './dom.js';

const KEY = 'lens-toured';

const STEPS = [
  {target: '.grid', title: 'A column is a place in the prompt',
    text: 'Each one shows what the model would say next after the token at its head. The last column is what the whole prompt '
        + 'leads to.', state: {position: -1, point: ''}},
  {target: '.thread', title: 'From top to bottom it makes up its mind',
    text: 'Each row is a layer. Beside them is the way of the answer: at which place it stands at each layer, and where it is '
        + 'decided.', state: {position: -1, metric: 'answer'}},
  {target: '.scrub', title: 'Look at any cell, or play the layers',
    text: 'Bright cells answer the question above the grid. Click one for its first tokens, or press Play and watch the layers '
        + 'write the sentence one after the other.', state: {metric: 'probability', scale: ''}},
];

export class Tour {

  /** @param set set(changes): the steps are states of the page */
  constructor(host, set) {
    this.host = host;
    this.set = set;
    this.host.hidden = true;
    this.host.setAttribute('role', 'region');
    this.host.setAttribute('aria-label', 'First steps');
    this.host.addEventListener('keydown', event => event.key === 'Escape' && this.end());
  }

  /** Begins, where nobody has been before. */
  offer() {
    try {
      if (localStorage.getItem(KEY) !== null) {
        return;
      }
    } catch {
      return;
    }
    this.go(0, false);
  }

  /** @param focus whether somebody asked for it */
  go(at, focus = true) {
    const {target, title, text, state} = STEPS[at];
    this.light(target);
    this.set(state);
    const last = at === STEPS.length - 1;
    const on = button(last ? 'Done' : 'Next', last ? 'Done: end the first steps' : 'Next step', () => last ? this.end() : this.go(at + 1), 'primary');
    this.host.replaceChildren(element('p', {class: 'tour-count'}, `${at + 1} of ${STEPS.length}`), element('h2', {}, title),
        element('p', {}, text), element('div', {class: 'tour-buttons'},
            ...last ? [] : [button('Skip', 'Skip the first steps', () => this.end(), 'quiet')], on));
    this.host.hidden = false;
    if (focus) {
      on.focus();
    }
  }

  light(selector) {
    document.querySelectorAll('.toured').forEach(each => each.classList.remove('toured'));
    if (selector !== undefined) {
      document.querySelector(selector)?.classList.add('toured');
    }
  }

  end() {
    this.light(undefined);
    const held = this.host.contains(document.activeElement);
    this.host.hidden = true;
    if (held) {
      document.querySelector('.grid-active-cell')?.focus();
    }
    try {
      localStorage.setItem(KEY, '1');
    } catch {
      // A browser that keeps nothing is shown them again.
    }
  }
}
