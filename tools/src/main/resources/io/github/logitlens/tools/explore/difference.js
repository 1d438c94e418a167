// Two runs and how they differ, as the grid shows it: schema logitlens.comparison/1, where a reading's first tokens are those of the
// second run.

import {KNOWN} from './known.js';
import {valueOf} from './metrics.js';
import {Run} from './run.js';
import {display} from './text.js';

const PREFIX = 'difference.';

/** What the colours of a comparison can show; a place that nothing can reach has no value. */
export const DIFFERENCES = KNOWN.differences.map(each => Object.freeze({
  ...each, key: PREFIX + each.key, always: false,
  of: (run, point, position) => run.reading(point, position)?.reachable ? valueOf(each, run.reading(point, position)) : NaN,
}));

/** The difference of a key, with or without its prefix; the usual one where there is none. */
export function differenceOf(key) {
  return DIFFERENCES.find(each => each.key === key || each.key === PREFIX + key) ?? differenceOf('logit');
}

/** The key in the address of a choice among colours, or undefined if it is none of a comparison. */
export function differenceKey(key) {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

export class DifferenceRun extends Run {

  get comparison() {
    return true;
  }

  add(readings) {
    if (this.revision === 0) {
      this.positions = readings.map(reading => reading.position);
      this.tokens = this.both(readings);
    }
    super.add(readings.map(reading => ({
      ...reading, of: reading, top: reading.topB,
      tracked: reading.tracked?.map(token => ({...token, logit: token.logitB, probability: token.probabilityB, rank: token.rankB})),
    })));
  }

  /** The first run's tokens, with the second's behind those that are others. */
  both(readings) {
    const other = new Map(readings.map(({position, positionB}) => [position, this.b.tokens?.[positionB]]));
    return this.tokens.map(token => {
      const beside = other.get(token.position);
      return beside === undefined || beside.id === token.id ? token : {...token, text: `${display(token)}│${display(beside)}`, bytes: undefined};
    });
  }

  /** Whether the second run's most likely token is the one that follows in its prompt. */
  predictsNext(point, position) {
    const reading = this.reading(point, position);
    const next = reading && this.b.tokens?.[reading.positionB + 1];
    return next !== undefined && reading.topB[0]?.id === next.id;
  }

  /** Whether the two runs have other first choices. */
  flips(point, position) {
    const reading = this.reading(point, position);
    return reading !== undefined && reading.topA[0]?.id !== reading.topB[0]?.id;
  }

  toDocument() {
    const document = super.toDocument();
    return {...document, readings: document.readings.map(({of}) => of)};
  }
}
