// The prompt, and what the model says to it.

import {button, element, roving, tokenText} from './dom.js';
import {shown} from './text.js';
import {place, wholePercent} from './words.js';

const RUN_AFTER = 350;

export class Ask {

  /**
   * @param form   the form in the page
   * @param listen {prompt(text, typed), example(text), guess(text), stale()}: `typed` whether it is another state of a text that is being typed
   */
  constructor(form, examples, listen) {
    this.form = form;
    this.listen = listen;
    this.box = form.elements.namedItem('prompt');
    this.answer = form.querySelector('#answer');
    this.examples = form.querySelector('.examples');
    this.examples.append(...examples.map(example =>
        element('button', {type: 'button', class: 'example', title: `Example: ${example}`, click: () => this.example(example)}, example)));
    roving(this.examples, 'button');
    this.box.addEventListener('input', event => event.isComposing || this.typed());
    this.box.addEventListener('compositionend', () => this.typed());
    this.box.addEventListener('focus', () => { this.begun = false; });
    this.box.addEventListener('keydown', event => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.submit();
    });
  }

  /** Writes a prompt into the box, unless somebody is typing it. */
  fill(prompt) {
    if (this.box.value !== prompt) {
      this.box.value = prompt;
    }
    this.fit();
  }

  /** As many lines as the text has, up to what the style sheet allows. */
  fit() {
    this.box.rows = 1;
    const line = parseFloat(getComputedStyle(this.box).lineHeight);
    this.box.rows = Math.max(1, Math.min(6, Math.round((this.box.scrollHeight - 14) / line)));
  }

  example(text) {
    this.begun = false;
    this.fill(text);
    clearTimeout(this.timer);
    this.listen.example(text);
    this.begun = true;
  }

  typed() {
    clearTimeout(this.timer);
    this.fit();
    this.listen.stale();
    this.timer = setTimeout(() => this.submit(), RUN_AFTER);
  }

  submit() {
    clearTimeout(this.timer);
    this.listen.prompt(this.box.value, this.begun === true);
    this.begun = true;
  }

  // --- the answer ---

  /** @param guess undefined, or {asked: true}, or what was guessed: {token, rank, probability} */
  show(run, guess) {
    const answer = run?.top(run.finalPoint, run.lastPosition);
    if (guess?.asked) {
      if (this.guessBox === undefined || !this.answer.contains(this.guessBox)) {
        this.answer.replaceChildren(element('span', {'aria-hidden': 'true'}, '▸'), this.guessing());
        this.guessBox.focus();
      }
      return;
    }
    if (answer === undefined) {
      this.answer.replaceChildren();
      return;
    }
    const [before] = run.comparison ? run.reading(run.finalPoint, run.lastPosition).topA : [];
    const of = run.endsInOutput ? '' : ` after ${run.points[run.finalPoint].label}`;
    this.answer.replaceChildren(element('span', {class: 'unseen'}, 'The model goes on with '),
        element('span', {class: 'arrow', 'aria-hidden': 'true'}, '▸'),
        ...before === undefined ? [] : [tokenText(before), ` ${wholePercent(Number(before.probability))}`, element('span', {class: 'turned'}, ' → ')],
        tokenText(answer, 'headline'), ' ',
        element('span', {class: 'sure'}, `${wholePercent(Number(answer.probability))}${of}`),
        ...guess === undefined ? [] : [element('span', {class: 'guessed'}, 'you said ', tokenText(guess.token),
            guess.token.id === answer.id ? ', and so does it' : `: ${place(guess.rank)}, ${wholePercent(guess.probability)}`)]);
  }

  guessing() {
    this.guessBox = element('input', {
      type: 'text', name: 'guess', autocomplete: 'off', spellcheck: 'false', placeholder: 'what comes next?',
      'aria-label': 'Your guess: what comes next?',
      keydown: event => {
        if (event.key === 'Enter') {
          event.preventDefault();
          this.listen.guess(this.guessBox.value);
        }
      },
    });
    return element('span', {class: 'guess'}, this.guessBox,
        button('Look', 'Look what the model says', () => this.listen.guess(this.guessBox.value), 'primary'));
  }
}

/** What a screen reader hears when a run is done. */
export function spokenAnswer(run) {
  const answer = run.top(run.finalPoint, run.lastPosition);
  return answer === undefined ? '' : `The model goes on with ${shown(answer)}, ${wholePercent(Number(answer.probability))}.`;
}
