// The card of one cell: its first k tokens with bars, and its numbers.

import {DIFFERENCES} from './difference.js';
import {button, element, explanation, refill, roving, tokenText} from './dom.js';
import {COMPARED, formatted, METRICS, valueOf} from './metrics.js';
import {number} from './run.js';
import {shown, spacedBytes} from './text.js';
import {decimal, percent} from './words.js';

const AWAY = 10;
const IN_PASSING = 5;

/** The chosen cell, kept in its place on the page. */
export class Card {

  /** @param listen {follow(token), close(), append(token), why()}: the last two where they can be done */
  constructor(host, listen) {
    this.host = host;
    this.listen = listen;
  }

  show({run, row, position}) {
    const reading = run.reading(row, position);
    const same = this.run === run && this.reading === reading && this.row === row && this.position === position;
    if (same && reading !== undefined) {
      return;
    }
    Object.assign(this, {run, reading, row, position});
    refill(this.host, ...content(run, row, position, this.listen));
  }
}

/** The same in passing: the first of its tokens, without anything to press. */
export function passingCard(run, row, position) {
  const reading = run.reading(row, position);
  return element('div', {class: 'card'}, title(run, row, position), next(run, row, position),
      ...reading === undefined ? [element('p', {}, 'not read yet')] : [bars(run, reading.top.slice(0, IN_PASSING), position)]);
}

function content(run, row, position, listen) {
  const reading = run.reading(row, position);
  const head = title(run, row, position);
  const close = button('×', 'Close the card', listen.close, 'close');
  close.dataset.key = 'close';
  const ask = listen.why === undefined ? [] : [element('button', {type: 'button', class: 'ask-why', 'data-key': 'why', click: listen.why}, 'Why?')];
  if (reading === undefined) {
    return [close, ...ask, head, element('p', {}, 'not read yet')];
  }
  const [one, other] = run.of?.other ? ['This run', 'The other'] : ['Before', 'After'];
  const before = reading.topA === undefined ? [] : reading.reachable
      ? [element('h3', {}, one), bars(run, reading.topA.slice(0, IN_PASSING), position, listen, 'before'), element('h3', {}, other)]
      : [element('p', {class: 'faint'}, 'Out of reach of what differs: the same bits in both.')];
  return [close, ...ask, head, next(run, row, position), ...before, bars(run, reading.top.slice(0, run.comparison ? IN_PASSING : undefined), position, listen),
    ...reading.bottom ? [element('h3', {}, 'Least likely'), bars(run, reading.bottom, position, listen, 'bottom')] : [],
    numbers(run, row, position), why(run, row, position)];
}

function title(run, row, position) {
  return element('h2', {class: 'card-title'}, element('strong', {}, run.points[row].label), ' after ',
      tokenText(run.tokens[position]), element('span', {class: 'faint', title: `bytes ${spacedBytes(run.tokens[position].bytes ?? '')}`},
          ` position ${position}, id ${run.tokens[position].id}`));
}

function next(run, row, position) {
  const token = run.nextToken(position);
  if (token === undefined) {
    return element('p', {class: 'card-next'}, 'the last token: nothing follows in the prompt');
  }
  return element('p', {class: 'card-next'}, 'the prompt goes on with ', tokenText(token),
      run.predictsNext(row, position) ? ', as this layer says ◥' : '');
}

function bars(run, tokens, position, listen, kind = 'top') {
  const list = element('ol', {class: 'bars'}, ...tokens.map((token, at) => bar(run, position, token, at, listen, kind)));
  if (listen !== undefined) {
    roving(list, 'button');
  }
  return list;
}

function bar(run, position, token, at, listen, kind) {
  const p = number(token.probability);
  const fill = element('span', {class: 'bar-fill'});
  fill.style.width = `${Math.max(0, Math.min(1, p)) * 100}%`;
  const actual = token.id === run.nextToken(position)?.id;
  const parts = [
    element('span', {class: 'bar-rank'}, kind === 'bottom' ? '' : String(at + 1)),
    element('span', {class: 'bar-token'}, tokenText(token), actual ? ' ◥' : ''),
    element('span', {class: 'bar-track', 'aria-hidden': 'true'}, fill),
    element('span', {class: 'bar-number'}, percent(p)),
    element('span', {class: 'bar-logit', title: 'logit'}, decimal(number(token.logit))),
  ];
  return element('li', {}, listen
      ? element('button', {
        type: 'button', class: 'bar', 'data-key': `${kind} ${at}`, tabindex: at === 0 ? 0 : -1,
        title: `Follow ${shown(token)} (id ${token.id}) through the layers`, click: () => listen.follow(token),
      }, ...parts)
      : element('span', {class: 'bar'}, ...parts),
  ...listen?.append && kind === 'top' && !run.comparison && position === run.tokens.length - 1
      ? [element('button', {type: 'button', class: 'append', 'data-key': `append ${at}`, 'aria-label': `Put ${shown(token)} behind the prompt`,
        title: `Put ${shown(token)} behind the prompt`, click: () => listen.append(token)}, '+')] : []);
}

/** {metric, value} of what is known of a cell. */
function shownMetrics(run, row, position) {
  const reading = run.reading(row, position);
  const metrics = run.comparison ? DIFFERENCES : [...METRICS, ...COMPARED].filter(metric => !['probability', 'logit'].includes(metric.key));
  return metrics.map(metric => ({metric, value: metric.of?.(run, row, position) ?? valueOf(metric, reading)}))
      .filter(({value}) => !Number.isNaN(value));
}

function numbers(run, row, position) {
  return element('dl', {class: 'numbers'}, ...shownMetrics(run, row, position).map(({metric, value}) =>
      element('div', {title: metric.meaning}, element('dt', {}, metric.label),
          element('dd', {}, `${formatted(metric, value)} ${metric.unit}`))));
}

function why(run, row, position) {
  return explanation('What am I seeing?',
      'What the model would say next if it had to stop at this layer: the residual stream, read through the final '
      + 'LayerNorm and the unembedding. A bar is a probability over the whole vocabulary; the last number is the logit.',
      ...shownMetrics(run, row, position).map(({metric}) => `${metric.label}: ${metric.meaning}`),
      'Press a token to follow it through the layers.');
}

/** Puts an element beside a rectangle of the window, inside of the window. */
export function placeBeside(floating, anchor) {
  const {width, height} = floating.getBoundingClientRect();
  const room = {width: document.documentElement.clientWidth, height: window.innerHeight};
  const right = anchor.right + AWAY;
  const left = right + width <= room.width ? right : Math.max(AWAY, anchor.left - AWAY - width);
  const top = Math.min(Math.max(AWAY, anchor.top), Math.max(AWAY, room.height - height - AWAY));
  floating.style.left = `${left}px`;
  floating.style.top = `${top}px`;
}
