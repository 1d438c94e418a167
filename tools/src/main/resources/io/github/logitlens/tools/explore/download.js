// The run as a file: JSON, SVG, PNG. Made in the browser from what it already has.

import {cellText, FONT_SIZE, Geometry} from './cells.js';
import {Painter} from './paint.js';

/** The largest edge that every browser's canvas has. */
const LARGEST_EDGE = 16384;

export function save(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function json(run) {
  return new Blob([`${JSON.stringify(run.toDocument(), undefined, 1)}\n`], {type: 'application/json'});
}

/** The whole grid as a picture, or undefined if no canvas is that large. */
export function png(run, colouring, theme) {
  const geometry = new Geometry(run);
  if (Math.max(geometry.width, geometry.height) > LARGEST_EDGE) {
    return Promise.resolve(undefined);
  }
  const ratio = Math.min(2, LARGEST_EDGE / Math.max(geometry.width, geometry.height));
  const canvas = new OffscreenCanvas(Math.round(geometry.width * ratio), Math.round(geometry.height * ratio));
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  new Painter(theme).paint(ctx, {run, colouring, geometry}, {x: 0, y: 0, width: geometry.width, height: geometry.height});
  return canvas.convertToBlob({type: 'image/png'});
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(run, colouring, theme) {
  const geometry = new Geometry(run);
  const root = shape('svg', {
    xmlns: SVG, width: geometry.width, height: geometry.height, viewBox: `0 0 ${geometry.width} ${geometry.height}`,
    'font-family': theme.font, 'font-size': FONT_SIZE,
  });
  root.append(shape('rect', {width: '100%', height: '100%', fill: theme.surface}));
  const middle = (top, height) => top + height / 2 + FONT_SIZE / 3;
  run.positions.forEach((position, column) => root.append(
      clipped(geometry.left(column), 0, geometry.cell.width, geometry.head.height,
          label(5, 15, String(position), theme.faint, {'font-size': 11}),
          label(5, geometry.head.height - 9, join(cellText(run.tokens[position])), theme.ink, {'font-weight': 600}))));
  run.points.forEach((point, row) => {
    root.append(label(geometry.head.width - 8, middle(geometry.top(row), geometry.cell.height), point.label, theme.faint,
        {'text-anchor': 'end', 'font-size': 12}));
    run.positions.forEach((position, column) => root.append(cell(run, colouring, geometry, row, column, position)));
  });
  return new Blob([new XMLSerializer().serializeToString(root)], {type: 'image/svg+xml'});
}

function cell(run, colouring, geometry, row, column, position) {
  const {width, height} = geometry.cell;
  const {fill, ink} = colouring.colour(row, position);
  const token = run.top(row, position);
  const title = shape('title', {});
  title.textContent = `${run.points[row].label}, position ${position}: ${colouring.metric.label} `
      + colouring.format(colouring.value(row, position));
  const group = clipped(geometry.left(column), geometry.top(row), width - 1, height - 1, title,
      shape('rect', {width: width - 1, height: height - 1, fill}));
  if (token !== undefined) {
    group.append(label(5, height / 2 + FONT_SIZE / 3, join(cellText(token)), ink));
    if (run.predictsNext(row, position)) {
      group.append(shape('path', {d: `M${width - 8} 0h7v7z`, fill: ink}));
    }
  }
  return group;
}

function join({spaces, rest}) {
  return spaces + rest;
}

/** A nested svg element cuts off what does not fit. */
function clipped(x, y, width, height, ...children) {
  const made = shape('svg', {x, y, width, height});
  made.append(...children);
  return made;
}

function label(x, y, text, fill, more = {}) {
  const made = shape('text', {x, y, fill, ...more});
  made.textContent = text;
  return made;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'xmlns') {
      made.setAttribute(key, value);
    }
  }
  return made;
}
