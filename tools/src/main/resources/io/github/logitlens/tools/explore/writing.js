// The model writes on: a token is put behind the prompt, and then the next one, with the lens at each.

import {button, element} from './dom.js';
import {display, shown} from './text.js';

/** As many at once; then it waits to be asked again. */
const MOST = 32;

export class Writing {

  /** @param listen {append(text, first), say(text)}: `first` whether it is the first of its kind */
  constructor(host, listen) {
    this.listen = listen;
    this.add = element('button', {type: 'button', class: 'quiet', click: () => this.append(this.answer)}, 'Add it');
    this.on = button('Let it write', 'Let the model write on, with the lens at each token', () => this.writing ? this.stop('Stopped.') : this.begin(), 'quiet');
    host.append(this.add, this.on);
    this.host = host;
  }

  /** What can be appended to a run, if it is the one that is asked for. */
  show(run, current) {
    const own = current && run.isComplete() && run.endsInOutput && !run.comparison;
    this.answer = own ? run.top(run.finalPoint, run.lastPosition) : undefined;
    this.host.hidden = this.answer === undefined && !this.writing;
    this.add.hidden = this.writing === true;
    this.add.setAttribute('aria-label', this.answer === undefined ? 'Add it' : `Add it: put ${shown(this.answer)} behind the prompt`);
    this.on.textContent = this.writing ? 'Stop' : 'Let it write';
  }

  begin() {
    this.writing = true;
    this.count = 0;
    this.append(this.answer, true);
  }

  stop(why) {
    if (this.writing) {
      this.writing = false;
      this.on.textContent = 'Let it write';
      this.listen.say(why);
    }
  }

  /** Puts a token behind the prompt. */
  append(token, first = !this.writing) {
    const refusal = unwritable(token);
    if (refusal !== undefined) {
      this.stop(refusal);
      this.listen.say(refusal);
      return;
    }
    this.wanted = token;
    this.listen.append(token.text, first);
  }

  /** Hears that a run is done: the next token, if the one before has come out as it was meant. */
  done(run, room) {
    if (!this.writing) {
      return;
    }
    this.count++;
    if (run.tokens.at(-1)?.id !== this.wanted?.id) {
      this.stop('Stopped: as text, the prompt is split into other tokens than the model wrote.');
    } else if (this.count >= MOST || run.tokens.length >= room) {
      this.stop(run.tokens.length >= room ? 'Stopped: the model reads no more tokens.' : `${MOST} tokens written.`);
    } else {
      this.append(run.top(run.finalPoint, run.lastPosition));
    }
  }
}

/** Why a token cannot stand in a prompt that is text; undefined if it can. */
export function unwritable(token) {
  if (token.text === '<|endoftext|>') {
    return 'The model ends here.';
  }
  return token.text.includes('\ufffd') ? `${display(token)} is a part of a character: it has no text of its own.` : undefined;
}
