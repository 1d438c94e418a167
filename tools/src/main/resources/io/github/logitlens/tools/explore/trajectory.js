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

/** The tokens that are first choice at some point, each once: the latest point's first. */
export function distinctFirstChoices(run, position) {
  const tokens = new Map();
  for (let point = run.finalPoint; point >= 0; point--) {
    const top = run.top(point, position);
    if (top !== undefined && !tokens.has(top.id)) {
      tokens.set(top.id, top);
    }
  }
  return [...tokens.values()];
}

/** The first point from which on the first choice never changes; undefined while readings are missing. */
export function decisionPoint(run, position) {
  const final = run.top(run.finalPoint, position);
  if (final === undefined) {
    return undefined;
  }
  let point = run.finalPoint;
  while (point > 0 && run.top(point - 1, position)?.id === final.id) {
    point--;
  }
  return run.points[point];
}

/** How often the first choice changes from one point to the next. */
export function flips(run, position) {
  let changes = 0;
  for (let point = 1; point < run.points.length; point++) {
    if (run.top(point, position)?.id !== run.top(point - 1, position)?.id) {
      changes++;
    }
  }
  return changes;
}

/** The step between two points at which a path's probability changes most, or undefined if it is nowhere known. */
export function biggestJump(path) {
  let jump;
  for (let point = 1; point < path.length; point++) {
    if (path[point] && path[point - 1]) {
      const change = path[point].probability - path[point - 1].probability;
      if (jump === undefined || Math.abs(change) > Math.abs(jump.change)) {
        jump = {point, change};
      }
    }
  }
  return jump;
}
