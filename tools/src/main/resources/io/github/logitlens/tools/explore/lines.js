// The chart of tokens over layers, drawn by uPlot, which the page loads before its modules.

import {decimal, percent, place} from './words.js';

export const QUANTITIES = [
  {key: 'probability', label: 'Probability', format: percent, scale: {range: [-0.02, 1.02]},
    meaning: 'How likely the token is at each layer.'},
  {key: 'logit', label: 'Logit', format: value => decimal(value), scale: {},
    meaning: 'The raw score at each layer. It says which token wins at one layer; between layers only differences compare.'},
  {key: 'rank', label: 'Place', format: place, scale: {distr: 3, dir: -1},
    meaning: 'The place in the whole vocabulary, on a logarithmic scale: #1, the first choice, is at the top.'},
];

/** Lines are told apart by these too, for whom colours say nothing. */
export const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [14, 5], [3, 7], [8, 3, 2, 3, 2, 3]];

const HEIGHT = 190;

/**
 * Draws ways of tokens into an element and keeps them fitted to its width.
 *
 * @param paths  [{token, path}], path as in trajectory.js
 * @param listen hover(row), with undefined when the pointer leaves
 * @return {light(row), destroy()}
 */
export function lineChart(host, run, paths, quantity, theme, listen) {
  const rows = run.stream;
  const xs = rows.map((_, at) => at);
  const ys = paths.map(({path}) => rows.map(row => finite(path[row]?.[quantity.key])));
  const line = {stroke: theme.line, width: 1};
  const axis = {stroke: theme.faint, grid: line, ticks: line, font: `12px ${theme.font}`};
  const filter = quantity.key === 'rank' ? powersOfTen : (_, marks) => marks;
  const chart = new globalThis.uPlot({
    width: Math.max(200, host.clientWidth), height: HEIGHT, legend: {show: false}, padding: [8, 12, 0, 0],
    scales: {x: {time: false, range: [-0.3, rows.length - 0.7]}, y: scaleOptions(quantity, ys)},
    axes: [
      {...axis, space: 28, size: 28, incrs: [1, 2, 5, 10, 20, 50], values: (_, at) => at.map(x => shortLabel(run.points[rows[x]]))},
      {...axis, size: 52, filter, grid: {...line, filter}, ticks: {...line, filter},
        values: (_, at) => at.map(y => y === null ? '' : axisNumber(quantity, y))},
    ],
    cursor: {y: false, drag: {x: false, y: false}, points: {size: 9}},
    series: [{}, ...paths.map((_, index) => ({
      stroke: theme.lines[index % theme.lines.length], width: 2, dash: DASHES[index % DASHES.length],
      points: {show: true, size: 6, fill: theme.lines[index % theme.lines.length]},
    }))],
    hooks: {setCursor: [u => u.cursor.event && listen(u.cursor.idx === null ? undefined : rows[u.cursor.idx])]},
  }, [xs, ...ys], host);
  chart.root.setAttribute('aria-hidden', 'true');
  const resize = new ResizeObserver(() => chart.setSize({width: Math.max(200, host.clientWidth), height: HEIGHT}));
  resize.observe(host);
  return {
    light: row => {
      const at = rows.indexOf(row);
      chart.setCursor(at < 0 ? {left: -10, top: -10} : {left: chart.valToPos(at, 'x'), top: 0}, false);
    },
    destroy: () => {
      resize.disconnect();
      chart.destroy();
    },
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

function axisNumber({key}, value) {
  switch (key) {
    case 'rank': return place(value);
    case 'probability': return `${Math.round(value * 100)} %`;
    default: return String(Number(value.toFixed(2)));
  }
}

/** `emb`, `3`, `3 mid`: an axis has no room for more. */
function shortLabel(point) {
  if (point === undefined) {
    return '';
  }
  return point.layer === null ? 'emb' : point.label.replace(/^Layer /, '');
}
