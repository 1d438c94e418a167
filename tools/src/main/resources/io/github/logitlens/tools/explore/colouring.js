// The colours of a whole grid: one metric on one scale over all readings of a run.

import {colourOf, NO_VALUE} from './colour.js';
import {formatted, valueOf} from './metrics.js';
import {scaleOf} from './scale.js';

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
      const values = this.run.rows.flatMap(row => Array.from(row.values(), reading => valueOf(this.metric, reading)));
      this.current = scaleOf(this.scaleKey, this.metric, values);
      this.revision = this.run.revision;
    }
    return this.current;
  }

  value(point, position) {
    return valueOf(this.metric, this.run.reading(point, position));
  }

  /** Fill and ink of a cell. */
  colour(point, position) {
    const unit = this.scale.toUnit(this.value(point, position));
    return Number.isNaN(unit) ? NO_VALUE : colourOf(unit, this.metric.kind);
  }

  format(value) {
    return formatted(this.metric, value);
  }
}
