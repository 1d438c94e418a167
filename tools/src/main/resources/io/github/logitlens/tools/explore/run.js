// A run of the lens as the page holds it: the fields of schema logitlens.run/1, readings by point and position.
// It can be filled while readings arrive.

const NAMED_NUMBERS = {NaN, Infinity, '-Infinity': -Infinity};

/** A number of the schema, where a non-finite one is its name. */
export function number(value) {
  return typeof value === 'string' ? NAMED_NUMBERS[value] ?? NaN : value ?? NaN;
}

const RESIDUALS = new Set(['embed', 'resid_pre', 'resid_mid', 'resid_post']);

export class Run {

  /**
   * @param head    schema, model, options, tokens, points, provenance and what else the run's document has
   * @param columns the positions that are read
   */
  constructor(head, columns = head.tokens.map(token => token.position)) {
    const {type, readings, provenance, ...fields} = head;
    Object.assign(this, fields);
    this.fields = fields;
    this.provenance = provenance;
    this.positions = columns;
    this.rows = head.points.map(() => new Map());
    this.revision = 0;
  }

  /** The run of a whole document. */
  static of(document) {
    const run = new Run(document, [...new Set(document.readings.map(reading => reading.position))].sort((a, b) => a - b));
    run.add(document.readings);
    return run;
  }

  add(readings) {
    for (const reading of readings) {
      this.rows[reading.point].set(reading.position, reading);
    }
    this.revision++;
  }

  /** The document again. */
  toDocument() {
    return {
      ...this.fields,
      readings: this.positions.flatMap(position => this.readingsAt(position).filter(reading => reading !== undefined)),
      provenance: this.provenance,
    };
  }

  /** What was read at a point and position, or undefined if that has not arrived. */
  reading(point, position) {
    return this.rows[point]?.get(position);
  }

  /** The readings of one position, a point each. */
  readingsAt(position) {
    return this.points.map(point => this.reading(point.index, position));
  }

  top(point, position) {
    return this.reading(point, position)?.top[0];
  }

  get finalPoint() {
    return this.points.length - 1;
  }

  get lastPosition() {
    return this.positions.at(-1);
  }

  /** The token that follows a position in the prompt, or undefined after the last one. */
  nextToken(position) {
    return this.tokens[position + 1];
  }

  /** Whether the most likely token is the one that follows in the prompt. */
  predictsNext(point, position) {
    const top = this.top(point, position);
    return top !== undefined && top.id === this.nextToken(position)?.id;
  }

  /** Whether another run is of the same tokens by the same model: what is known of one holds for the other. */
  isOfTheSame(other) {
    return this.model.id === other.model.id && this.tokens.length === other.tokens.length
        && this.tokens.every((token, position) => token.id === other.tokens[position].id);
  }

  /** Whether it is two runs; see difference.js. */
  get comparison() {
    return false;
  }

  /** Whether another run's first choice is another one, where there is one. */
  flips() {
    return false;
  }

  /** The rows of the residual stream, which the model passes from layer to layer; the others are what its parts write. */
  get stream() {
    return this.residualRows ??= this.points.filter(point => RESIDUALS.has(point.kind)).map(point => point.index);
  }

  /** Whether the last row is the model's own output: not if the run was stopped before. */
  get endsInOutput() {
    return this.options.stopAfter === undefined;
  }

  isComplete() {
    return this.rows.every(row => row.size >= this.positions.length);
  }
}
