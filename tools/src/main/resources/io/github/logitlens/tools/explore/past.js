// The runs of this tab, the newest first: what was asked, what the model said, and the way back.

import {drop, element, roving, tokenText} from './dom.js';
import {toFragment} from './state.js';
import {wholePercent} from './words.js';

const KEY = 'lens-past';
const MOST = 30;

export class Past {

  /** @param listen go(fragment) */
  constructor(host, listen) {
    this.listen = listen;
    this.list = element('ol', {class: 'past'});
    this.drop = drop('History', this.list);
    host.append(this.drop);
    this.settle = roving(this.list, 'button');
    this.runs = stored();
    this.show();
  }

  add(state, run) {
    const answer = run.top(run.finalPoint, run.lastPosition);
    if (answer === undefined) {
      return;
    }
    const {prompt, model, lens} = state;
    const entry = {
      fragment: toFragment(state), prompt, of: [run.model.id.split('/').at(-1), ...lens === 'logit' ? [] : [lens]].join(', '),
      key: JSON.stringify([prompt, model, lens]),
      answer: {id: answer.id, text: answer.text, bytes: answer.bytes}, probability: Number(answer.probability),
    };
    this.runs = [entry, ...this.runs.filter(other => other.key !== entry.key)].slice(0, MOST);
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.runs));
    } catch {
      // A browser that keeps nothing forgets this too.
    }
    this.show();
  }

  show() {
    this.list.replaceChildren(...this.runs.length === 0 ? [element('li', {}, 'no run yet')] : this.runs.map(run =>
        element('li', {}, element('button', {type: 'button', class: 'plain', click: () => { this.drop.open = false; this.listen(run.fragment); }},
            element('bdi', {class: 'past-prompt'}, run.prompt || '(nothing)'), ' ▸ ', tokenText(run.answer),
            element('span', {class: 'faint'}, ` ${wholePercent(run.probability)} · ${run.of}`)))));
    this.settle();
  }
}

function stored() {
  try {
    const runs = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(runs) ? runs : [];
  } catch {
    return [];
  }
}
