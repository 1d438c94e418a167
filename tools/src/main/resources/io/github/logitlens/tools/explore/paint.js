// Draws a window of the grid on a canvas. The head row and column stay in sight, as in a spreadsheet.

import {CELL, cellText, FONT_SIZE, GAP} from './cells.js';

const PADDING = 6;
const MARK = 7;
const RADIUS = 3;
/** How much of its colour a cell of the embedding has, whose row only reads the input back. */
const MUTED = 0.28;

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

export class Painter {

  /** @param theme of themeOf */
  constructor(theme) {
    this.theme = theme;
    this.fitted = new Map();
  }

  /**
   * @param ctx      a 2D context, scaled so that one unit is one pixel of the page
   * @param scene    {run, colouring, geometry}
   * @param view     {x, y, width, height}: the part of the whole grid that is seen
   * @param marks    {chosen, lit}: a cell {row, column}, and one, or a row {row}, that is pointed at; each may be missing
   */
  paint(ctx, scene, view, marks = {}) {
    const {geometry} = scene;
    ctx.direction = 'ltr';
    ctx.textBaseline = 'middle';
    ctx.fillStyle = this.theme.surface;
    ctx.fillRect(0, 0, view.width, view.height);
    const columns = range(view.x, view.width - geometry.head.width, geometry.cell.width, geometry.columns);
    const rows = range(view.y, view.height - geometry.head.height, geometry.cell.height, geometry.rows);
    ctx.save();
    ctx.beginPath();
    ctx.rect(geometry.head.width - GAP, geometry.head.height - GAP, view.width, view.height);
    ctx.clip();
    ctx.translate(-view.x, -view.y);
    this.bands(ctx, geometry, marks);
    this.cells(ctx, scene, rows, columns);
    this.marks(ctx, geometry, marks);
    ctx.restore();
    this.columnHeads(ctx, scene, view, columns, marks);
    this.rowHeads(ctx, scene, view, rows, marks);
  }

  cells(ctx, {run, colouring, geometry}, rows, columns) {
    const [width, height] = [geometry.cell.width - GAP, geometry.cell.height - GAP];
    ctx.font = `${FONT_SIZE}px ${this.theme.font}`;
    ctx.textAlign = 'left';
    for (let row = rows.first; row < rows.end; row++) {
      const muted = run.points[row].kind === 'embed';
      for (let column = columns.first; column < columns.end; column++) {
        const position = run.positions[column];
        const [left, top] = [geometry.left(column), geometry.top(row)];
        const {fill, ink} = colouring.colour(row, position);
        if (muted || ink === undefined) {
          ctx.fillStyle = this.theme.surface;
          box(ctx, left, top, width, height);
          ctx.globalAlpha = muted ? MUTED : 1;
        }
        ctx.fillStyle = fill;
        box(ctx, left, top, width, height);
        ctx.globalAlpha = 1;
        const token = run.top(row, position);
        if (token !== undefined) {
          ctx.fillStyle = muted || ink === undefined ? this.theme.ink : ink;
          this.token(ctx, token, left, top, geometry.cell);
          if (run.flips(row, position)) {
            this.frame(ctx, left + 1.5, top + 1.5, width - 3, height - 3, ink ?? this.theme.ink, 1.5);
          } else if (run.predictsNext(row, position)) {
            corner(ctx, left + width, top);
          }
        }
      }
    }
  }

  token(ctx, token, left, top, cell) {
    const {spaces, rest, start} = this.fit(ctx, token, cell.width - GAP - 2 * PADDING);
    const middle = top + (cell.height - GAP) / 2 + 0.5;
    if (spaces !== '') {
      ctx.globalAlpha = 0.55;
      ctx.fillText(spaces, left + PADDING, middle);
      ctx.globalAlpha = 1;
    }
    ctx.fillText(rest, left + PADDING + start, middle);
  }

  /** A token's text cut to a width; the same tokens come again in every row and every frame. */
  fit(ctx, token, width) {
    const key = `${token.id} ${width} ${ctx.font}`;
    let fit = this.fitted.get(key);
    if (fit === undefined) {
      const {spaces, rest} = cellText(token);
      const start = ctx.measureText(spaces).width;
      fit = {spaces, start, rest: shortened(ctx, rest, width - start)};
      this.fitted.set(key, fit);
    }
    return fit;
  }

  /** The chosen column and row, softly, in the gaps between the cells. */
  bands(ctx, geometry, {chosen}) {
    if (chosen) {
      ctx.fillStyle = this.theme.accent;
      ctx.fillRect(geometry.left(chosen.column) - GAP, geometry.head.height - GAP, geometry.cell.width + GAP, geometry.height);
      ctx.fillStyle = this.theme.faint;
      ctx.fillRect(geometry.head.width - GAP, geometry.top(chosen.row) - GAP, geometry.width, geometry.cell.height + GAP);
    }
  }

  marks(ctx, geometry, {chosen, lit}) {
    const [width, height] = [geometry.cell.width - GAP, geometry.cell.height - GAP];
    if (lit) {
      const [left, across] = lit.column === undefined
          ? [geometry.head.width, geometry.width - geometry.head.width - GAP]
          : [geometry.left(lit.column), width];
      this.frame(ctx, left, geometry.top(lit.row), across, height, this.theme.surface, 4);
      this.frame(ctx, left, geometry.top(lit.row), across, height, this.theme.ink, 1.5);
    }
    if (chosen) {
      const [left, top] = [geometry.left(chosen.column), geometry.top(chosen.row)];
      this.frame(ctx, left, top, width, height, this.theme.surface, 6);
      this.frame(ctx, left, top, width, height, this.theme.accent, 3);
    }
  }

  frame(ctx, left, top, width, height, colour, thickness) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = thickness;
    ctx.beginPath();
    ctx.roundRect(left, top, width, height, RADIUS);
    ctx.stroke();
  }

  columnHeads(ctx, {run, geometry}, view, columns, {chosen}) {
    const {head, cell} = geometry;
    ctx.fillStyle = this.theme.surface;
    ctx.fillRect(0, 0, view.width, head.height - GAP);
    ctx.save();
    ctx.beginPath();
    ctx.rect(head.width - GAP, 0, view.width, head.height);
    ctx.clip();
    ctx.translate(-view.x, 0);
    ctx.textAlign = 'left';
    for (let column = columns.first; column < columns.end; column++) {
      const position = run.positions[column];
      const left = geometry.left(column);
      const here = column === chosen?.column;
      if (here) {
        ctx.fillStyle = this.theme.accent;
        ctx.beginPath();
        ctx.roundRect(left - GAP, 0, cell.width + GAP, head.height + RADIUS, RADIUS);
        ctx.fill();
      }
      ctx.font = `10.5px ${this.theme.font}`;
      ctx.fillStyle = here ? this.theme.surface : this.theme.faint;
      ctx.fillText(String(position), left + PADDING, 10);
      ctx.font = `600 ${FONT_SIZE}px ${this.theme.font}`;
      ctx.fillStyle = here ? this.theme.surface : this.theme.ink;
      this.token(ctx, run.tokens[position], left, head.height - CELL.height + 1, {...cell, height: CELL.height});
    }
    ctx.restore();
  }

  rowHeads(ctx, {run, geometry}, view, rows, {chosen, lit}) {
    const {head, cell} = geometry;
    ctx.fillStyle = this.theme.surface;
    ctx.fillRect(0, head.height - GAP, head.width - GAP, view.height);
    ctx.fillRect(0, 0, head.width - GAP, head.height);
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, head.height - GAP, head.width, view.height);
    ctx.clip();
    ctx.translate(0, -view.y);
    ctx.textAlign = 'right';
    for (let row = rows.first; row < rows.end; row++) {
      const strong = row === chosen?.row || row === lit?.row;
      ctx.font = `${row === chosen?.row ? '600 ' : ''}12px ${this.theme.font}`;
      ctx.fillStyle = strong ? this.theme.ink : this.theme.faint;
      ctx.fillText(fitting(ctx, run.points[row].label, head.width - 12), head.width - 8, geometry.top(row) + (cell.height - GAP) / 2 + 0.5);
    }
    ctx.restore();
    ctx.textAlign = 'left';
  }
}

function box(ctx, left, top, width, height) {
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, RADIUS);
  ctx.fill();
}

/** A row's name, in fewer words where there is no room. */
function fitting(ctx, label, width) {
  return ctx.measureText(label).width <= width ? label : label.replace('Layer ', 'L').replace('Embedding', 'Embed.');
}

/** The tiny triangle that marks a cell whose first choice is the token that follows. */
function corner(ctx, right, top) {
  ctx.beginPath();
  ctx.moveTo(right - MARK, top);
  ctx.lineTo(right, top);
  ctx.lineTo(right, top + MARK);
  ctx.fill();
}

function range(offset, length, size, count) {
  const first = Math.max(0, Math.floor(offset / size));
  return {first, end: Math.min(count, Math.ceil((offset + Math.max(0, length)) / size))};
}

function shortened(ctx, text, width) {
  if (ctx.measureText(text).width <= width) {
    return text;
  }
  const parts = Array.from(graphemes.segment(text), segment => segment.segment);
  let [fits, fails] = [0, parts.length];
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (ctx.measureText(`${parts.slice(0, middle).join('')}…`).width <= width) {
      fits = middle;
    } else {
      fails = middle;
    }
  }
  return `${parts.slice(0, fits).join('')}…`;
}

/** The theme of an element, from its style sheet's custom properties. */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = name => style.getPropertyValue(name).trim();
  return {
    font: style.fontFamily, surface: read('--surface'), ink: read('--ink'), faint: read('--faint'),
    line: read('--line'), accent: read('--accent'), lines: Array.from({length: 8}, (_, index) => read(`--line-${index}`)),
  };
}
