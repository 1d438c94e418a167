// Draws a window of the grid on a canvas. The head row and column stay in sight, as in a spreadsheet.

import {cellText, FONT_SIZE} from './cells.js';

const PADDING = 5;
const MARK = 7;

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

export class Painter {

  /** @param theme {font, surface, ink, faint, line, accent}: a font family and colours */
  constructor(theme) {
    this.theme = theme;
    this.fitted = new Map();
  }

  /**
   * @param ctx      a 2D context, scaled so that one unit is one pixel of the page
   * @param scene    {run, colouring, geometry}
   * @param view     {x, y, width, height}: the part of the whole grid that is seen
   * @param marks    {selected, pinned, active, hovered}: a column, and cells {row, column}; each may be missing
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
    ctx.rect(geometry.head.width, geometry.head.height, view.width, view.height);
    ctx.clip();
    ctx.translate(-view.x, -view.y);
    this.cells(ctx, scene, rows, columns);
    this.marks(ctx, geometry, marks);
    ctx.restore();
    this.columnHeads(ctx, scene, view, columns, marks);
    this.rowHeads(ctx, scene, view, rows, marks);
  }

  cells(ctx, {run, colouring, geometry}, rows, columns) {
    const {width, height} = geometry.cell;
    ctx.font = `${FONT_SIZE}px ${this.theme.font}`;
    ctx.textAlign = 'left';
    for (let row = rows.first; row < rows.end; row++) {
      for (let column = columns.first; column < columns.end; column++) {
        const position = run.positions[column];
        const [left, top] = [geometry.left(column), geometry.top(row)];
        const {fill, ink} = colouring.colour(row, position);
        ctx.fillStyle = fill;
        ctx.fillRect(left, top, width - 1, height - 1);
        const token = run.top(row, position);
        if (token !== undefined) {
          ctx.fillStyle = ink;
          this.token(ctx, token, left, top, geometry.cell);
          if (run.predictsNext(row, position)) {
            corner(ctx, left + width - 1, top);
          }
        }
      }
    }
  }

  token(ctx, token, left, top, cell) {
    const {spaces, rest, start} = this.fit(ctx, token, cell.width - 2 * PADDING);
    const middle = top + cell.height / 2;
    if (spaces !== '') {
      ctx.globalAlpha = 0.45;
      ctx.fillText(spaces, left + PADDING, middle);
      ctx.globalAlpha = 1;
    }
    ctx.fillText(rest, left + PADDING + start, middle);
  }

  /** A token's text cut to a width; the same tokens come again in every row and every frame. */
  fit(ctx, token, width) {
    const key = `${token.id} ${width}`;
    let fit = this.fitted.get(key);
    if (fit === undefined) {
      const {spaces, rest} = cellText(token);
      const start = ctx.measureText(spaces).width;
      fit = {spaces, start, rest: shortened(ctx, rest, width - start)};
      this.fitted.set(key, fit);
    }
    return fit;
  }

  marks(ctx, geometry, {selected, pinned, active, hovered}) {
    const {width, height} = geometry.cell;
    if (selected >= 0) {
      this.frame(ctx, geometry.left(selected), geometry.top(0), width - 1, geometry.rows * height - 1, this.theme.accent, 2);
    }
    if (hovered) {
      this.frame(ctx, geometry.left(hovered.column), geometry.top(hovered.row), width - 1, height - 1, this.theme.ink, 1.5);
    }
    if (pinned) {
      this.frame(ctx, geometry.left(pinned.column), geometry.top(pinned.row), width - 1, height - 1, this.theme.surface, 5);
      this.frame(ctx, geometry.left(pinned.column), geometry.top(pinned.row), width - 1, height - 1, this.theme.accent, 3);
    }
    if (active) {
      this.frame(ctx, geometry.left(active.column) + 2, geometry.top(active.row) + 2, width - 5, height - 5, '#000', 3);
      this.frame(ctx, geometry.left(active.column) + 2, geometry.top(active.row) + 2, width - 5, height - 5, '#fff', 1.5);
    }
  }

  frame(ctx, left, top, width, height, colour, thickness) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = thickness;
    ctx.strokeRect(left, top, width, height);
  }

  columnHeads(ctx, {run, geometry}, view, columns, {selected}) {
    const {head, cell} = geometry;
    ctx.fillStyle = this.theme.surface;
    ctx.fillRect(0, 0, view.width, head.height);
    ctx.save();
    ctx.beginPath();
    ctx.rect(head.width, 0, view.width, head.height);
    ctx.clip();
    ctx.translate(-view.x, 0);
    ctx.textAlign = 'left';
    for (let column = columns.first; column < columns.end; column++) {
      const position = run.positions[column];
      const left = geometry.left(column);
      ctx.font = `11px ${this.theme.font}`;
      ctx.fillStyle = this.theme.faint;
      ctx.fillText(String(position), left + PADDING, 11);
      ctx.font = `600 ${FONT_SIZE}px ${this.theme.font}`;
      ctx.fillStyle = column === selected ? this.theme.accent : this.theme.ink;
      this.token(ctx, run.tokens[position], left, head.height - cell.height + 1, cell);
    }
    ctx.restore();
  }

  rowHeads(ctx, {run, geometry}, view, rows, {active, hovered}) {
    const {head, cell} = geometry;
    ctx.fillStyle = this.theme.surface;
    ctx.fillRect(0, head.height, head.width, view.height);
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, head.height, head.width, view.height);
    ctx.clip();
    ctx.translate(0, -view.y);
    ctx.font = `12px ${this.theme.font}`;
    ctx.textAlign = 'right';
    for (let row = rows.first; row < rows.end; row++) {
      ctx.fillStyle = row === (hovered ?? active)?.row ? this.theme.ink : this.theme.faint;
      ctx.fillText(run.points[row].label, head.width - 8, geometry.top(row) + cell.height / 2);
    }
    ctx.restore();
    ctx.textAlign = 'left';
    ctx.font = `11px ${this.theme.font}`;
    ctx.fillStyle = this.theme.faint;
    ctx.fillText('position', PADDING, 11);
    ctx.fillText('prompt', PADDING, head.height - cell.height / 2 + 1);
  }
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
    line: read('--line'), accent: read('--accent'),
  };
}
