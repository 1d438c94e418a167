// The ways of tokens through the layers. A run holds those of its first k; others are read again, where there is a server.

import {pathIn} from './trajectory.js';

export class Paths {

  /**
   * @param read    read(run, position, ids): a promise of a Map from id to {token, path}; undefined where nothing more can be read
   * @param arrived called when ways have come that were asked for
   */
  constructor(read, arrived) {
    this.read = read;
    this.arrived = arrived;
    this.known = new WeakMap();
    this.tokens = new Map();
  }

  /** What is known by now, the same object for as long as no more is: whole where it has been read, else what the run holds. */
  of(run, position, id) {
    const key = `${position} ${id}`;
    return this.known.get(run)?.get(key) ?? this.heldBy(run, key, () => pathIn(run, position, id));
  }

  heldBy(run, key, make) {
    if (this.held?.run !== run || this.held.revision !== run.revision) {
      this.held = {run, revision: run.revision, paths: new Map()};
    }
    const {paths} = this.held;
    paths.set(key, paths.get(key) ?? make());
    return paths.get(key);
  }

  /** A token with its text, as far as the page has met it. */
  token(id) {
    return this.tokens.get(id) ?? {id, text: `id ${id}`};
  }

  meet(token) {
    this.tokens.set(token.id, token);
  }

  /** Reads the ways of these tokens at a position, unless they are known or on their way. */
  async want(run, position, ids) {
    const known = this.known.get(run) ?? new Map();
    this.known.set(run, known);
    const missing = ids.filter(id => !known.has(`${position} ${id}`));
    const key = `${position} ${missing}`;
    if (this.read === undefined || missing.length === 0 || this.wanted?.run === run && this.wanted.key === key) {
      return;
    }
    const wanted = {run, key};
    this.wanted = wanted;
    try {
      const read = await this.read(run, position, missing);
      for (const [id, {token, path}] of read) {
        known.set(`${position} ${id}`, path);
        this.meet(token);
      }
    } catch (e) {
      if (this.wanted === wanted && e.name !== 'AbortError') {
        missing.forEach(id => known.set(`${position} ${id}`, pathIn(run, position, id)));
      }
      return;
    } finally {
      this.wanted = this.wanted === wanted ? undefined : this.wanted;
    }
    this.arrived();
  }
}
