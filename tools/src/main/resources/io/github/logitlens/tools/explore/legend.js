// What the colours say: the bar from low to high, and the metric in a sentence.

import {colourOf} from './colour.js';
import {element} from './dom.js';

const BAR = {width: 220, height: 14};
const TICKS = [0, 0.25, 0.5, 0.75, 1];

export class Legend {

  constructor(host) {
    this.bar = element('canvas', {class: 'legend-bar', width: BAR.width, height: BAR.height, 'aria-hidden': 'true'});
    this.ticks = element('span', {class: 'legend-ticks'});
    this.meaning = element('p', {class: 'meaning'});
    const ctx = this.bar.getContext('2d');
    for (let x = 0; x < BAR.width; x++) {
      ctx.fillStyle = colourOf(x / (BAR.width - 1)).fill;
      ctx.fillRect(x, 0, 1, BAR.height);
    }
    host.append(element('div', {class: 'legend'}, element('div', {class: 'legend-scale'}, this.bar, this.ticks),
        element('span', {class: 'legend-mark'}, '◥ first choice = the token that follows in the prompt')), this.meaning);
  }

  /** @param scale {key, meaning} of scale.js */
  show(colouring, scale, trackedToken) {
    const {fromUnit} = colouring.scale;
    this.ticks.replaceChildren(...TICKS.map(unit => element('span', {}, colouring.format(fromUnit(unit)))));
    const {label, unit, meaning} = colouring.metric;
    this.meaning.textContent = `${label}${unit === '' ? '' : ` in ${unit}`}${trackedToken ? ` of ${trackedToken}` : ''}: `
        + `${meaning} ${scale.meaning}`;
  }
}
