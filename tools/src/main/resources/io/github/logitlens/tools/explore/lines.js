// The chart of tokens over layers, drawn by uPlot, which the page loads before its modules.

import {LINES} from './colour.js';
import {decimal, probability} from './metrics.js';

export const QUANTITIES = [
  {key: 'probability', label: 'Probability', format: probability, scale: {range: [-0.02, 1.02]},
    meaning: 'How likely the token is at each point.'},
  {key: 'logit', label: 'Logit', format: value => decimal(value), scale: {},
    meaning: 'The raw score at each point. It says which token wins at one point; between points only differences compare.'},
  {key: 'rank', label: 'Rank', format: value => value.toLocaleString('en'), scale: {distr: 3, dir: -1},
    meaning: 'The place in the whole vocabulary, on a logarithmic scale: 1, the first choice, is at the top.'},
];

const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const HEIGHT = 250;

export function lineColour(index) {
  return LINES[index % LINES.length];
}

/**
 * Draws paths into an element and keeps them fitted to its width.
 *
 * @param paths  [{token, path}], path as in trajectory.js
 * @param listen hover(point), with undefined when the pointer leaves
 * @return a function that takes the chart away
 */
export function lineChart(host, run, paths, quantity, theme, listen) {
  const xs = run.points.map(point => point.index);
  const ys = paths.map(({path}) => path.map(step => finite(step?.[quantity.key])));
  const line = {stroke: theme.line, width: 1};
  const axis = {stroke: theme.faint, grid: line, ticks: line, font: `12px ${theme.font}`};
  const filter = quantity.key === 'rank' ? powersOfTen : (_, marks) => marks;
  const chart = new globalThis.uPlot({
    width: Math.max(200, host.clientWidth), height: HEIGHT, legend: {show: false}, padding: [10, 12, 0, 0],
    scales: {x: {time: false, range: [-0.3, run.finalPoint + 0.3]}, y: scaleOptions(quantity, ys)},
    axes: [
      {...axis, space: 28, incrs: [1, 2, 5, 10, 20, 50], values: (_, at) => at.map(x => shortLabel(run.points[x]))},
      {...axis, size: 58, filter, grid: {...line, filter}, ticks: {...line, filter}, values: (_, at) => at.map(y => y === null ? '' : axisNumber(quantity, y))},
    ],
    cursor: {y: false, drag: {x: false, y: false}},
    series: [{}, ...paths.map((_, index) => ({
      stroke: lineColour(index), width: 2, dash: DASHES[Math.floor(index / LINES.length) % DASHES.length],
      points: {show: true, size: 6, fill: lineColour(index)},
    }))],
    hooks: {setCursor: [u => listen(u.cursor.idx ?? undefined)]},
  }, [xs, ...ys], host);
  chart.root.setAttribute('aria-hidden', 'true');
  const resize = new ResizeObserver(() => chart.setSize({width: Math.max(200, host.clientWidth), height: HEIGHT}));
  resize.observe(host);
  return () => {
    resize.disconnect();
    chart.destroy();
  };
}

function scaleOptions(quantity, ys) {
  if (quantity.key !== 'rank') {
    return quantity.scale;
  }
  const worst = Math.max(10, ...ys.flat().filter(rank => rank !== null));
  return {...quantity.scale, range: [0.8, worst * 1.2]};
}

/** Of the marks that uPlot puts on a logarithmic axis the powers of ten. */
function powersOfTen(_, marks) {
  return marks.map(mark => Math.abs(Math.log10(mark) - Math.round(Math.log10(mark))) < 1e-9 ? mark : null);
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

function axisNumber(quantity, value) {
  return quantity.key === 'rank' ? value.toLocaleString('en') : String(Number(value.toFixed(2)));
}

/** `emb`, `3`, `3 mid`: an axis has no room for more. */
function shortLabel(point) {
  if (point === undefined) {
    return '';
  }
  return point.layer === null ? 'emb' : point.label.replace(/^Layer /, '');
}
