// The colours of a whole grid: one metric on one scale over all readings of a run.

import {colourOf, NO_VALUE} from './colour.js';
import {formatted, valueOf} from './metrics.js';
import {scaleOf} from './scale.js';

const made = new WeakMap();

/** The colouring of a run by a metric on a scale; the same one for the same three. */
export function colouringOf(run, metric, scaleKey) {
  const known = made.get(run) ?? new Map();
  made.set(run, known);
  const key = `${metric.key} ${scaleKey}`;
  if (!known.has(key)) {
    known.set(key, new Colouring(run, metric, scaleKey));
  }
  return known.get(key);
}

export class Colouring {

  /** @param scale the key of one of scale.js's */
  constructor(run, metric, scale) {
    this.run = run;
    this.metric = metric;
    this.scaleKey = scale;
    this.revision = -1;
  }

  /** The scale over what has been read by now. */
  get scale() {
    if (this.revision !== this.run.revision) {
      const values = this.run.rows.flatMap((row, point) => Array.from(row.keys(), position => this.value(point, position)));
      this.current = scaleOf(this.scaleKey, this.metric, values);
      this.revision = this.run.revision;
    }
    return this.current;
  }

  value(point, position) {
    return this.metric.of?.(this.run, point, position) ?? valueOf(this.metric, this.run.reading(point, position));
  }

  /** Fill and ink of a cell; without ink where there is no value. */
  colour(point, position) {
    const unit = this.scale.toUnit(this.value(point, position));
    return Number.isNaN(unit) ? NO_VALUE : colourOf(unit, this.metric.kind);
  }

  format(value) {
    return this.metric.format?.(value, this.run) ?? formatted(this.metric, value);
  }
}
