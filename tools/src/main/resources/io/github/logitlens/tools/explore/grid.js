// The grid on the page: a canvas of the size of its window, which is redrawn while it scrolls over any number of cells,
// and one real element on the chosen cell, which takes the keyboard and is read by screen readers.

import {CELL, Geometry, HEAD, spoken} from './cells.js';
import {element} from './dom.js';
import {Painter, themeOf} from './paint.js';

const NARROW = 480;
const NARROW_CELL = {width: 70, height: 26};
const NARROW_HEAD = {width: 66, height: 40};
const WIDEST = 180;
const HIGHEST = 36;
/** What is above and below the grid in the window, about. */
const AROUND = 450;
const PAGE_ROWS = 8;
/** On paper nothing scrolls: all columns are as wide as there is room for, down to this. */
const LEAST_ON_PAPER = 34;

const paper = matchMedia('print');

export class Grid {

  /**
   * @param host   an empty element, which becomes the scrolling window
   * @param listen {choose(row, position), light(row, position, anchor): with undefined when the pointer has left, moved(): after
   *               scrolling, laidOut(): when rows have another height}: an anchor is the cell's rectangle in the browser's window
   */
  constructor(host, listen) {
    this.host = host;
    this.listen = listen;
    this.sizer = element('div', {class: 'grid-sizer', role: 'presentation'});
    this.canvas = element('canvas', {class: 'grid-canvas', 'aria-hidden': 'true'});
    this.line = element('div', {class: 'grid-active-row', role: 'row'});
    host.classList.add('grid');
    host.setAttribute('role', 'grid');
    host.setAttribute('aria-label', 'First choice of every layer at every position');
    this.sizer.append(this.canvas, this.line);
    host.append(this.sizer);
    this.listenToPointer();
    host.addEventListener('keydown', event => this.key(event));
    host.addEventListener('scroll', () => { this.invalidate(); this.listen.moved(); }, {passive: true});
    new ResizeObserver(() => this.layOut()).observe(host);
    paper.addEventListener('change', () => this.layOut());
    this.restyle();
  }

  /** Draws a view, whose run may still be filling. */
  show(view) {
    const before = this.view;
    this.view = view;
    const {run} = view;
    this.host.setAttribute('aria-rowcount', run.points.length);
    this.host.setAttribute('aria-colcount', run.positions.length);
    const other = before === undefined || !run.isOfTheSame(before.run);
    if (other) {
      this.lit = undefined;
      this.painter.fitted.clear();
    }
    if (before?.run !== run || this.geometry === undefined) {
      this.layOut();
    }
    this.place();
    this.invalidate();
    if (other && !run.isComplete() && view.state.position < 0) {
      // A long prompt is read from its beginning: that is seen until the end has come.
      this.waits = run;
      this.scrollTo(view.row, 0);
    } else if (other || before.position !== view.position || before.row !== view.row || this.waits === run && run.isComplete()) {
      this.waits = undefined;
      this.scrollTo(view.row, this.column);
    }
  }

  get column() {
    return this.view.run.positions.indexOf(this.view.position);
  }

  /** Draws again with the colours of the current theme. */
  restyle() {
    this.painter = new Painter(themeOf(this.host));
    this.invalidate();
  }

  /** Marks a row that is pointed at elsewhere, or none. */
  light(row) {
    if (this.lit?.row !== row || this.lit?.column !== undefined && row === undefined) {
      this.lit = row === undefined ? undefined : {row};
      this.invalidate();
    }
  }

  // --- size and drawing ---

  layOut() {
    if (this.view === undefined) {
      return;
    }
    const {run} = this.view;
    const narrow = this.host.clientWidth < NARROW && !paper.matches;
    this.geometry = narrow ? new Geometry(run, NARROW_CELL, NARROW_HEAD) : new Geometry(run, this.roomyCell());
    this.sizer.style.width = `${this.geometry.width}px`;
    this.sizer.style.height = `${this.geometry.height}px`;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.min(this.host.clientWidth, this.geometry.width);
    const height = Math.min(this.host.clientHeight, this.geometry.height);
    this.size = {width, height};
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.place();
    this.draw();
    this.listen.laidOut();
  }

  /** A short prompt's cells take the room there is, up to a width; those of a few layers on a high screen, up to a height. */
  roomyCell() {
    const {positions, points} = this.view.run;
    const width = Math.floor((this.host.clientWidth - HEAD.width) / positions.length);
    if (paper.matches) {
      return {width: Math.min(Math.max(width, LEAST_ON_PAPER), WIDEST), height: CELL.height};
    }
    const height = Math.floor((window.innerHeight - AROUND) / points.length);
    return {width: Math.min(Math.max(width, CELL.width), WIDEST), height: Math.min(Math.max(height, CELL.height), HIGHEST)};
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
    const window_ = {x: this.host.scrollLeft, y: this.host.scrollTop, ...this.size};
    this.painter.paint(ctx, {run: this.view.run, colouring: this.view.colouring, geometry: this.geometry}, window_,
        {chosen: {row: this.view.row, column: this.column}, lit: this.lit});
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
      inHead: y < head.height, beside: x < head.width,
    };
  }

  pointerAt(event) {
    const place = this.hit(event);
    const usable = place.column >= 0 || place.beside && place.row >= 0;
    this.host.classList.toggle('grid-pointing', usable);
    this.hover(place.row >= 0 && place.column >= 0 && event.pointerType !== 'touch' ? place : undefined);
  }

  hover(place) {
    if (this.lit?.row === place?.row && this.lit?.column === place?.column) {
      return;
    }
    this.lit = place && {row: place.row, column: place.column};
    this.invalidate();
    if (place === undefined) {
      this.listen.light(undefined);
    } else {
      this.listen.light(place.row, this.view.run.positions[place.column], this.anchor(place));
    }
  }

  /** A cell's rectangle in the browser's window. */
  anchor({row, column}) {
    const box = this.host.getBoundingClientRect();
    const {width, height} = this.geometry.cell;
    return new DOMRect(box.left + this.geometry.left(column) - this.host.scrollLeft,
        box.top + this.geometry.top(row) - this.host.scrollTop, width, height);
  }

  clicked(event) {
    const place = this.hit(event);
    const {run, row, position} = this.view;
    if (place.inHead && place.column >= 0) {
      this.listen.choose(row, run.positions[place.column]);
    } else if (place.beside && place.row >= 0) {
      this.listen.choose(place.row, position);
    } else if (place.row >= 0 && place.column >= 0) {
      this.listen.choose(place.row, run.positions[place.column], true);
      this.focus();
    }
  }

  // --- keyboard ---

  key(event) {
    if (this.view === undefined || event.altKey || event.metaKey) {
      return;
    }
    const {row, column} = {row: this.view.row, column: this.column};
    const [lastRow, lastColumn] = [this.geometry.rows - 1, this.geometry.columns - 1];
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - PAGE_ROWS, column], PageDown: [row + PAGE_ROWS, column],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? lastRow : row, lastColumn],
    };
    if (event.key in moves) {
      const [toRow, toColumn] = moves[event.key];
      const to = [Math.min(Math.max(toRow, 0), lastRow), Math.min(Math.max(toColumn, 0), lastColumn)];
      this.listen.choose(to[0], this.view.run.positions[to[1]]);
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.listen.choose(row, this.view.position, true);
    } else {
      return;
    }
    event.preventDefault();
  }

  focus() {
    this.line.firstChild?.focus({preventScroll: true});
  }

  /** Puts the real element on the chosen cell. A new one where it has moved, so that a screen reader hears the focus move. */
  place() {
    const {run, colouring, row, position} = this.view;
    const column = this.column;
    const held = this.line.contains(document.activeElement);
    const key = `${row} ${column}`;
    if (this.line.firstChild?.dataset.place !== key) {
      this.line.setAttribute('aria-rowindex', row + 1);
      this.line.replaceChildren(element('div', {
        class: 'grid-active-cell', role: 'gridcell', tabindex: 0, 'aria-colindex': column + 1, 'aria-selected': 'true',
        'data-place': key,
      }));
    }
    const cell = this.line.firstChild;
    cell.setAttribute('aria-label', spoken(run, colouring, row, position));
    cell.style.left = `${this.geometry.left(column)}px`;
    cell.style.top = `${this.geometry.top(row)}px`;
    cell.style.width = `${this.geometry.cell.width}px`;
    cell.style.height = `${this.geometry.cell.height}px`;
    if (held) {
      this.focus();
    }
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
