// What is on the screen, worked out from a run and the state: every part of the page draws a view and nothing else.

import {colouringOf} from './colouring.js';
import {differenceOf} from './difference.js';
import {isIn, METRICS} from './metrics.js';
import {observations} from './observations.js';
import {answerAt, choiceOf} from './questions.js';
import {scaleNamed} from './scale.js';
import {decisionPoint, distinctFirstChoices} from './trajectory.js';

const MOST_BY_THEMSELVES = 8;

/**
 * @param run   what has been read, which may still be filling
 * @param state see state.js
 * @param paths {of(run, position, id), token(id)}: a token's way, as in trajectory.js, and what is known of a token
 * @param shown the metric that is seen, which stays until the one that is chosen has been read
 * @return position and row: the cell that is chosen; metric, scale, colouring: what the colours show, `asked` what they are to
 *         show; answer, path: the final first choice of the position and its way; decided: its row; followed: tokens with ways;
 *         observations of the position
 */
export function viewOf(run, state, paths, shown = METRICS[0]) {
  const position = run.positions.includes(state.position) ? state.position : run.lastPosition;
  const named = run.points.findIndex(point => point.name === state.point);
  const asked = run.comparison ? differenceOf(state.change) : choiceOf(state.metric) ?? METRICS[0];
  const metric = run.comparison ? asked : [asked, shown].find(each => isIn(each, run)) ?? METRICS[0];
  const scale = scaleNamed(state.scale) ?? scaleNamed(metric.scale);
  const answer = answerAt(run, position);
  const path = answer ? paths.of(run, position, answer.token.id) : [];
  return {
    run, state, position, asked, metric, scale, answer, path,
    row: named < 0 ? run.finalPoint : named,
    colouring: colouringOf(run, metric, scale.key),
    decided: decisionPoint(run, position)?.index,
    followed: followedTokens(run, position, state, paths).map(token => ({token, path: paths.of(run, position, token.id)})),
    observations: observations(run, position, path),
  };
}

/** The tokens that are followed: those chosen, or all that are first choice somewhere. */
export function followedTokens(run, position, state, paths) {
  return state.tracked === undefined
      ? distinctFirstChoices(run, position).slice(0, MOST_BY_THEMSELVES)
      : state.tracked.map(id => paths.token(id));
}

/** The ids whose ways a view needs: the followed ones and the answer's. */
export function idsOf({followed, answer}) {
  return [...new Set([...followed.map(({token}) => token.id), ...answer ? [answer.token.id] : []])];
}
