// A token's way through the layers at one position.

import {number} from './run.js';

/**
 * What a run itself knows of a token at each point: `{logit, probability, rank}`, or undefined where the token is neither
 * tracked nor among the first k.
 */
export function pathIn(run, position, id) {
  return run.readingsAt(position).map(reading => {
    const tracked = reading?.tracked?.find(token => token.id === id);
    if (tracked !== undefined) {
      return {logit: number(tracked.logit), probability: number(tracked.probability), rank: tracked.rank};
    }
    const place = reading?.top.findIndex(token => token.id === id) ?? -1;
    if (place < 0) {
      return undefined;
    }
    const token = reading.top[place];
    return {logit: number(token.logit), probability: number(token.probability), rank: place + 1};
  });
}

/** The tokens that are first choice at some point of the residual stream, each once: the latest point's first. */
export function distinctFirstChoices(run, position) {
  const tokens = new Map();
  for (const point of run.stream.toReversed()) {
    const top = run.top(point, position);
    if (top !== undefined && !tokens.has(top.id)) {
      tokens.set(top.id, top);
    }
  }
  return [...tokens.values()];
}

/** The first point from which on the residual stream's first choice never changes; undefined while readings are missing. */
export function decisionPoint(run, position) {
  const final = run.top(run.finalPoint, position);
  if (final === undefined) {
    return undefined;
  }
  const rows = run.stream;
  let at = rows.length - 1;
  while (at > 0 && run.top(rows[at - 1], position)?.id === final.id) {
    at--;
  }
  return run.points[rows[at]];
}

/** How often the first choice changes from one point of the residual stream to the next. */
export function flips(run, position) {
  return run.stream.slice(1).filter((point, before) =>
      run.top(point, position)?.id !== run.top(run.stream[before], position)?.id).length;
}

/** The step between two points at which a path's probability changes most, or undefined if it is nowhere known. */
export function biggestJump(path, rows = [...path.keys()]) {
  let jump;
  for (let at = 1; at < rows.length; at++) {
    const [from, point] = [rows[at - 1], rows[at]];
    if (path[point] && path[from]) {
      const change = path[point].probability - path[from].probability;
      if (jump === undefined || Math.abs(change) > Math.abs(jump.change)) {
        jump = {from, point, change};
      }
    }
  }
  return jump;
}
