// What stands in a grid's cells and where: shared by the picture on the page and the pictures that are saved.

import {shown} from './text.js';

export const CELL = {width: 86, height: 26};
export const HEAD = {width: 84, height: 40};
export const FONT_SIZE = 13;
/** Between cells. */
export const GAP = 2;

/** Places of a grid's parts in pixels; rows are points, columns positions. */
export class Geometry {

  constructor(run, cell = CELL, head = HEAD) {
    this.cell = cell;
    this.head = head;
    this.rows = run.points.length;
    this.columns = run.positions.length;
    this.width = head.width + this.columns * cell.width;
    this.height = head.height + this.rows * cell.height;
  }

  left(column) {
    return this.head.width + column * this.cell.width;
  }

  top(row) {
    return this.head.height + row * this.cell.height;
  }

  /** The column at a distance from the left edge of the whole grid, or -1 outside of the cells. */
  columnAt(x) {
    const column = Math.floor((x - this.head.width) / this.cell.width);
    return column >= 0 && column < this.columns ? column : -1;
  }

  rowAt(y) {
    const row = Math.floor((y - this.head.height) / this.cell.height);
    return row >= 0 && row < this.rows ? row : -1;
  }
}

/** A token in a cell: its leading spaces, which are drawn faintly, and the rest. */
export function cellText(token) {
  const text = shown(token);
  const rest = text.replace(/^␣+/, '');
  return {spaces: text.slice(0, text.length - rest.length), rest};
}

/** One line of words for a cell, for a screen reader. */
export function spoken(run, colouring, point, position) {
  const place = `${run.points[point].label}, position ${position}, after ${shown(run.tokens[position])}`;
  const reading = run.reading(point, position);
  if (reading === undefined || reading.top.length === 0) {
    return `${place}: not read yet`;
  }
  const value = colouring.format(colouring.value(point, position));
  if (run.comparison && !reading.reachable) {
    return `${place}: first choice ${shown(reading.top[0])}; out of reach of what differs`;
  }
  const other = run.flips(point, position) ? `, before ${shown(reading.topA[0])}` : '';
  const hit = run.predictsNext(point, position) ? ', which is the token that follows' : '';
  return `${place}: first choice ${shown(reading.top[0])}${other}${hit}; ${colouring.metric.label.toLowerCase()} ${value}`;
}
