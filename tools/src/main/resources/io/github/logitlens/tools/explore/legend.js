// What the colours say: the question they answer, the bar from dark to bright, and what bright means.

import {colourOf} from './colour.js';
import {DIFFERENCES} from './difference.js';
import {element, roving, select} from './dom.js';
import {isIn, named} from './metrics.js';
import {CHOICES, QUESTIONS} from './questions.js';
import {SCALES} from './scale.js';
import {shown} from './text.js';

const BAR = {width: 180, height: 10};

export class Legend {

  /**
   * @param listen {metric(key), scale(key)}
   * @param live   whether numbers that were not read can be had
   */
  constructor(bar, below, listen, live) {
    this.live = live;
    this.questions = element('div', {class: 'segments', role: 'group', 'aria-label': 'What the colours say'},
        ...QUESTIONS.map(({key, question}) =>
            element('button', {type: 'button', 'data-metric': key, click: () => listen.metric(key)}, question)));
    roving(this.questions, 'button');
    this.metrics = select('Colours by', [], key => listen.metric(key || QUESTIONS[0].key));
    this.scale = select('Scale', SCALES, listen.scale);
    bar.append(this.questions, this.metrics, this.scale);
    this.low = element('span', {class: 'legend-end'});
    this.high = element('span', {class: 'legend-end'});
    this.meaning = element('span', {class: 'meaning'});
    this.bar = element('canvas', {class: 'legend-bar', width: BAR.width, height: BAR.height, 'aria-hidden': 'true'});
    this.mark = element('span', {class: 'legend-mark'});
    below.append(this.low, this.bar, this.high, this.meaning, this.mark);
  }

  show({run, asked, metric, scale, colouring, followed}) {
    for (const segment of this.questions.children) {
      segment.setAttribute('aria-pressed', String(segment.dataset.metric === asked.key));
    }
    const numbers = run.comparison ? DIFFERENCES : CHOICES.filter(each => this.live || isIn(each, run));
    this.questions.hidden = run.comparison;
    this.mark.textContent = run.comparison ? '▢ another first choice · grey: out of reach' : '◥ says the token that follows';
    this.draw(metric.kind);
    const keys = numbers.map(({key}) => key).join();
    if (this.keys !== keys) {
      this.keys = keys;
      for (const segment of this.questions.children) {
        segment.hidden = !numbers.some(({key}) => key === segment.dataset.metric);
      }
      const option = (key, label) => element('option', {value: key}, label);
      const asks = QUESTIONS.filter(question => numbers.some(({key}) => key === question.key));
      const others = numbers.filter(({key}) => !asks.some(question => question.key === key));
      this.metrics.replaceChildren(option('', 'another number…'), element('optgroup', {label: 'Questions'}, ...asks.map(({key, question}) => option(key, question))),
          element('optgroup', {label: 'Numbers'}, ...others.map(each => option(each.key, named(each)))));
    }
    this.metrics.firstElementChild.hidden = run.comparison;
    const seen = this.questions.offsetParent !== null && QUESTIONS.some(({key}) => key === asked.key);
    this.metrics.value = seen ? '' : asked.key;
    const negative = colouring.scale.low < 0;
    for (const option of this.scale.options) {
      option.disabled = option.value === 'log' && negative;
    }
    this.scale.value = scale.key;
    const {fromUnit} = colouring.scale;
    this.low.textContent = colouring.format(fromUnit(0));
    this.high.textContent = colouring.format(fromUnit(1));
    if (run.comparison) {
      const change = metric.tracked ? ` of ${shown(run.reading(run.finalPoint, run.lastPosition)?.tracked?.[0] ?? {text: ''})}` : '';
      this.meaning.textContent = `${metric.label}${change}: ${metric.meaning}`;
      return;
    }
    const token = metric.tracked ? run.reading(run.finalPoint, run.lastPosition)?.tracked?.[0] : undefined;
    const other = metric.versus && followed[1] ? `, less ${shown(followed[1].token)}` : '';
    const question = QUESTIONS.find(({key}) => key === metric.key);
    this.meaning.textContent = question
        ? `bright: ${question.bright}`
        : `${metric.label}${token ? ` of ${shown(token)}${other}` : ''}: ${metric.meaning}`;
    this.meaning.title = `${metric.meaning} ${scale.meaning}`;
  }

  /** The colours from the lowest to the highest number, for a kind of metric. */
  draw(kind) {
    const signed = kind === 'signed';
    if (this.signed !== signed) {
      this.signed = signed;
      const ctx = this.bar.getContext('2d');
      for (let x = 0; x < BAR.width; x++) {
        ctx.fillStyle = colourOf(x / (BAR.width - 1), kind).fill;
        ctx.fillRect(x, 0, 1, BAR.height);
      }
    }
  }
}
