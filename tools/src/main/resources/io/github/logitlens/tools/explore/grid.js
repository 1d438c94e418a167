// The grid on the page: a canvas of the size of its window, which is redrawn while it scrolls over any number of cells,
// and one real element on the active cell, which takes the keyboard and is read by screen readers.

import {CELL, Geometry, HEAD, spoken} from './cells.js';
import {element} from './dom.js';
import {Painter, themeOf} from './paint.js';

const NARROW = 560;
const NARROW_CELL = {width: 74, height: 30};
const NARROW_HEAD = {width: 74, height: 44};
const WIDEST = 124;
const PAGE_ROWS = 8;

export class Grid {

  /**
   * @param host   an empty element, which becomes the scrolling window
   * @param listen an object with hover(cell, anchor), leave(), pin(cell), unpin() and select(position): a cell is
   *               {point, position}, an anchor the cell's rectangle in the browser's window
   */
  constructor(host, listen) {
    this.host = host;
    this.listen = listen;
    this.marks = {};
    this.sizer = element('div', {class: 'grid-sizer', role: 'presentation'});
    this.canvas = element('canvas', {class: 'grid-canvas', 'aria-hidden': 'true'});
    this.row = element('div', {class: 'grid-active-row', role: 'row'});
    host.classList.add('grid');
    host.setAttribute('role', 'grid');
    host.setAttribute('aria-label', 'First choice of every layer at every position');
    this.sizer.append(this.canvas, this.row);
    host.append(this.sizer);
    this.listenToPointer();
    host.addEventListener('keydown', event => this.key(event));
    host.addEventListener('scroll', () => this.invalidate(), {passive: true});
    new ResizeObserver(() => this.layOut()).observe(host);
    this.restyle();
  }

  /** Takes a run, which may still be filling, and its colouring. */
  show(run, colouring) {
    const before = this.run;
    this.run = run;
    this.colouring = colouring;
    this.host.setAttribute('aria-rowcount', run.points.length);
    this.host.setAttribute('aria-colcount', run.positions.length);
    if (before === undefined || !run.isOfTheSame(before)) {
      this.marks = {};
      this.painter.fitted.clear();
    } else if (before !== run) {
      this.moveMarks(before);
    }
    this.layOut();
    const {row, column} = this.marks.active ?? {row: run.finalPoint, column: run.positions.length - 1};
    this.activate(Math.min(row, run.finalPoint), Math.min(column, run.positions.length - 1), false);
  }

  /** Marks stay on their points, of which there may be more or fewer now. */
  moveMarks(before) {
    for (const name of ['pinned', 'active', 'hovered']) {
      const mark = this.marks[name];
      const row = mark === undefined ? -1 : this.run.indexOf(before.points[mark.row]);
      this.marks[name] = row < 0 ? undefined : {...mark, row};
    }
  }

  /** Draws again with the colours of the current theme. */
  restyle() {
    this.painter = new Painter(themeOf(this.host));
    this.invalidate();
  }

  select(position) {
    this.marks.selected = this.run.positions.indexOf(position);
    this.invalidate();
  }

  pin(cell) {
    this.marks.pinned = cell && this.placeOf(cell);
    this.invalidate();
  }

  /** Scrolls a column into sight. */
  reveal(position) {
    this.scrollTo(this.marks.active?.row ?? 0, this.run.positions.indexOf(position));
  }

  /** A cell's rectangle in the browser's window. */
  anchor(cell) {
    const {row, column} = this.placeOf(cell);
    const box = this.host.getBoundingClientRect();
    const {width, height} = this.geometry.cell;
    return new DOMRect(box.left + this.geometry.left(column) - this.host.scrollLeft,
        box.top + this.geometry.top(row) - this.host.scrollTop, width, height);
  }

  placeOf(cell) {
    return {row: cell.point, column: this.run.positions.indexOf(cell.position)};
  }

  cellOf({row, column}) {
    return {point: row, position: this.run.positions[column]};
  }

  // --- size and drawing ---

  layOut() {
    if (this.run === undefined) {
      return;
    }
    const narrow = this.host.clientWidth < NARROW;
    this.geometry = narrow ? new Geometry(this.run, NARROW_CELL, NARROW_HEAD) : new Geometry(this.run, this.roomyCell());
    this.sizer.style.width = `${this.geometry.width}px`;
    this.sizer.style.height = `${this.geometry.height}px`;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.min(this.host.clientWidth, this.geometry.width);
    const height = Math.min(this.host.clientHeight, this.geometry.height);
    this.view = {width, height};
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.draw();
  }

  /** A short prompt's cells take the room there is, up to a width. */
  roomyCell() {
    const share = Math.floor((this.host.clientWidth - HEAD.width) / this.run.positions.length);
    return {...CELL, width: Math.min(Math.max(share, CELL.width), WIDEST)};
  }

  invalidate() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  draw() {
    if (this.geometry === undefined) {
      return;
    }
    const ctx = this.canvas.getContext('2d', {alpha: false});
    const ratio = window.devicePixelRatio || 1;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const view = {x: this.host.scrollLeft, y: this.host.scrollTop, ...this.view};
    const focused = this.host.contains(document.activeElement) && document.activeElement.matches(':focus-visible');
    this.painter.paint(ctx, this, view, {...this.marks, active: focused ? this.marks.active : undefined});
  }

  // --- pointer ---

  listenToPointer() {
    this.host.addEventListener('pointermove', event => this.pointerAt(event));
    this.host.addEventListener('pointerleave', () => this.hover(undefined));
    this.host.addEventListener('click', event => this.clicked(event));
  }

  hit(event) {
    if (this.geometry === undefined) {
      return {row: -1, column: -1};
    }
    const box = this.host.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const {head} = this.geometry;
    return {
      row: y < head.height ? -1 : this.geometry.rowAt(y + this.host.scrollTop),
      column: x < head.width ? -1 : this.geometry.columnAt(x + this.host.scrollLeft),
      inHead: y < head.height,
    };
  }

  pointerAt(event) {
    const place = this.hit(event);
    this.host.classList.toggle('grid-pointing', place.column >= 0);
    this.hover(place.row >= 0 && place.column >= 0 && event.pointerType !== 'touch' ? place : undefined);
  }

  hover(place) {
    const before = this.marks.hovered;
    if (before?.row === place?.row && before?.column === place?.column) {
      return;
    }
    this.marks.hovered = place;
    this.invalidate();
    if (place === undefined) {
      this.listen.leave();
    } else {
      const cell = this.cellOf(place);
      this.listen.hover(cell, this.anchor(cell));
    }
  }

  clicked(event) {
    const place = this.hit(event);
    if (place.column < 0) {
      return;
    }
    if (place.inHead) {
      this.listen.select(this.run.positions[place.column]);
    } else if (place.row >= 0) {
      this.activate(place.row, place.column, true);
      this.listen.pin(this.cellOf(place));
    }
  }

  // --- keyboard ---

  key(event) {
    if (this.marks.active === undefined || event.altKey || event.metaKey) {
      return;
    }
    const {row, column} = this.marks.active;
    const [lastRow, lastColumn] = [this.geometry.rows - 1, this.geometry.columns - 1];
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - PAGE_ROWS, column], PageDown: [row + PAGE_ROWS, column],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? lastRow : row, lastColumn],
    };
    if (event.key in moves) {
      const [toRow, toColumn] = moves[event.key];
      this.activate(Math.min(Math.max(toRow, 0), lastRow), Math.min(Math.max(toColumn, 0), lastColumn), true);
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.listen.pin(this.cellOf(this.marks.active));
    } else if (event.key === 'Escape') {
      this.listen.unpin();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Puts the real element on a cell. A new one each time, so that a screen reader hears the focus move. */
  activate(row, column, focus) {
    this.marks.active = {row, column};
    const cell = element('div', {
      class: 'grid-active-cell', role: 'gridcell', tabindex: 0, 'aria-colindex': column + 1,
      'aria-label': spoken(this.run, this.colouring, row, this.run.positions[column]),
      focus: () => this.invalidate(), blur: () => this.invalidate(),
    });
    this.row.setAttribute('aria-rowindex', row + 1);
    cell.style.left = `${this.geometry.left(column)}px`;
    cell.style.top = `${this.geometry.top(row)}px`;
    cell.style.width = `${this.geometry.cell.width}px`;
    cell.style.height = `${this.geometry.cell.height}px`;
    const held = this.row.contains(document.activeElement);
    this.row.replaceChildren(cell);
    if (focus || held) {
      cell.focus({preventScroll: true});
    }
    if (focus) {
      this.scrollTo(row, column);
    }
    this.invalidate();
  }

  scrollTo(row, column) {
    const {geometry: {head, cell}, host} = this;
    const [left, top] = [column * cell.width, row * cell.height];
    const [roomX, roomY] = [host.clientWidth - head.width - cell.width, host.clientHeight - head.height - cell.height];
    host.scrollTo({
      left: Math.min(Math.max(host.scrollLeft, left - roomX), left),
      top: Math.min(Math.max(host.scrollTop, top - roomY), top),
    });
  }
}
