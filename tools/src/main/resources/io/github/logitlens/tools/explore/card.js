// The card of one cell: its first k tokens with bars, and its numbers.

import {button, element, explanation} from './dom.js';
import {number} from './run.js';
import {decimal, formatted, METRICS, probability, valueOf} from './metrics.js';
import {quoted} from './text.js';

const GAP = 10;

/**
 * @param cell   {point, position}
 * @param listen {follow(token), close()}; without it the card only shows
 */
export function card(run, cell, listen) {
  const reading = run.reading(cell.point, cell.position);
  const after = run.tokens[cell.position];
  const title = element('header', {class: 'card-title'},
      element('strong', {}, run.points[cell.point].label),
      element('span', {}, ` after ${quoted(after)}, position ${cell.position}`));
  if (listen) {
    const close = button('×', 'Close this card', listen.close, 'close');
    close.dataset.key = 'close';
    title.append(close);
  }
  if (reading === undefined) {
    return element('article', {class: 'card'}, title, element('p', {}, 'not read yet'));
  }
  return element('article', {class: 'card'}, title, next(run, cell),
      element('ol', {class: 'bars'}, ...reading.top.map((token, place) => bar(run, cell, token, place, listen))),
      numbers(reading), ...listen ? [why(reading)] : []);
}

/** What a card shows, as a text: two cards of the same text are the same. */
export function cardText(run, {point, position}) {
  return JSON.stringify([run.points[point].label, position, run.tokens[position], run.nextToken(position),
    run.reading(point, position)]);
}

function next(run, {point, position}) {
  const token = run.nextToken(position);
  if (token === undefined) {
    return element('p', {class: 'card-next'}, 'the last token: nothing follows in the prompt');
  }
  return element('p', {class: 'card-next'}, `the prompt goes on with ${quoted(token)}`,
      run.predictsNext(point, position) ? ', as this point says ◥' : '');
}

function bar(run, {position}, token, place, listen) {
  const p = number(token.probability);
  const fill = element('span', {class: 'bar-fill'});
  fill.style.width = `${Math.max(0, Math.min(1, p)) * 100}%`;
  const actual = token.id === run.nextToken(position)?.id;
  const parts = [
    element('span', {class: 'bar-rank'}, String(place + 1)),
    element('span', {class: 'bar-token', dir: 'ltr'}, quoted(token), actual ? ' ◥' : ''),
    element('span', {class: 'bar-track'}, fill),
    element('span', {class: 'bar-number'}, probability(p)),
    element('span', {class: 'bar-logit', title: 'logit'}, decimal(number(token.logit))),
  ];
  const line = listen
      ? element('button', {type: 'button', class: 'bar', 'data-key': `bar ${place}`, title: `Follow ${quoted(token)} (id ${token.id}) through the layers`,
        click: () => listen.follow(token)}, ...parts)
      : element('span', {class: 'bar'}, ...parts);
  return element('li', {}, line);
}

function shownMetrics(reading) {
  return METRICS.filter(metric => !['probability', 'logit'].includes(metric.key)
      && !Number.isNaN(valueOf(metric, reading)));
}

function numbers(reading) {
  return element('dl', {class: 'numbers'}, ...shownMetrics(reading).map(metric =>
      element('div', {title: metric.meaning}, element('dt', {}, metric.label),
          element('dd', {}, `${formatted(metric, valueOf(metric, reading))} ${metric.unit}`))));
}

function why(reading) {
  return explanation('What am I seeing?',
      'What the model would say next if it had to stop at this layer: the residual stream, read through the final '
      + 'LayerNorm and the unembedding. A bar is a probability over the whole vocabulary; the last number is the logit.',
      ...shownMetrics(reading).map(metric => `${metric.label}: ${metric.meaning}`),
      'Click a token to follow it through the layers.');
}

/** Puts an element beside a rectangle of the window, inside of the window. */
export function placeBeside(floating, anchor) {
  const {width, height} = floating.getBoundingClientRect();
  const room = {width: document.documentElement.clientWidth, height: window.innerHeight};
  const right = anchor.right + GAP;
  const left = right + width <= room.width ? right : Math.max(GAP, anchor.left - GAP - width);
  const top = Math.min(Math.max(GAP, anchor.top), Math.max(GAP, room.height - height - GAP));
  floating.style.left = `${left}px`;
  floating.style.top = `${top}px`;
}
