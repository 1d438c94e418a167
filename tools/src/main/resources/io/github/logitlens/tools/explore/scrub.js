// Plays the layers: the sentence as each of them would write it, one after the other.

import {button, element, tokenText} from './dom.js';

const STEP = 900;
const MOST_WRITTEN = 120;

export class Scrub {

  /** @param listen {choose(row)} */
  constructor(host, listen) {
    this.listen = listen;
    this.play = button('▶ Play', 'Play the layers', () => this.toggle(), 'play');
    this.slide = element('input', {type: 'range', min: 0, step: 1, 'aria-label': 'Layer', input: () => {
      this.stop();
      this.listen.choose(this.slide.valueAsNumber);
    }});
    this.name = element('output', {class: 'scrub-name'});
    this.line = element('p', {class: 'scrub-line', tabindex: 0, role: 'region', 'aria-label': 'What the layer writes'});
    host.append(this.play, this.slide, this.name, this.line);
  }

  show(view) {
    const {run, row} = view;
    this.view = view;
    if (this.timer !== undefined && this.started !== run) {
      this.stop();
    }
    this.slide.max = run.finalPoint;
    this.slide.valueAsNumber = row;
    this.slide.setAttribute('aria-valuetext', run.points[row].label);
    this.name.textContent = `${run.points[row].label} writes`;
    const positions = run.positions.slice(-MOST_WRITTEN);
    const written = `${row} ${run.revision}`;
    if (this.run !== run || this.written !== written) {
      Object.assign(this, {run, written});
      this.line.replaceChildren(...positions.length < run.positions.length ? ['… '] : [],
          ...positions.map(position => this.word(run, row, position)));
    }
    this.line.querySelector('.chosen')?.classList.remove('chosen');
    const chosen = this.line.children[positions.indexOf(view.position)];
    if (chosen !== undefined) {
      chosen.classList.add('chosen');
      this.line.scrollLeft = chosen.offsetLeft + chosen.offsetWidth - this.line.clientWidth;
    }
  }

  word(run, row, position) {
    const token = run.top(row, position);
    if (token === undefined) {
      return element('span', {class: 'written'}, '…');
    }
    const changed = row > 0 && run.top(row - 1, position)?.id !== token.id;
    const hit = run.predictsNext(row, position);
    return element('span', {
      class: `written${changed ? ' changed' : ''}${hit ? ' hit' : ''}`,
      title: `after ${run.tokens[position].text}${changed ? ': another than one layer before' : ''}${hit ? '; it is what follows' : ''}`,
    }, tokenText(token));
  }

  toggle() {
    if (this.timer !== undefined) {
      this.stop();
      return;
    }
    const {run, row} = this.view;
    this.started = run;
    this.timer = setInterval(() => this.step(), STEP);
    this.play.firstChild.data = '❚❚ Stop';
    this.play.setAttribute('aria-label', 'Stop playing the layers');
    this.listen.choose(row === run.finalPoint ? 0 : row);
  }

  step() {
    const {run, row} = this.view;
    if (row < run.finalPoint) {
      this.listen.choose(row + 1);
    } else {
      this.stop();
    }
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.play.firstChild.data = '▶ Play';
    this.play.setAttribute('aria-label', 'Play the layers');
  }
}
