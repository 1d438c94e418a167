// Questions whose answers are whole documents: each is asked once, and a newer one of a kind ends the older one.

import * as api from './api.js';

const MOST = 24;

export class Answers {

  /** @param arrived called when an answer has come */
  constructor(arrived) {
    this.arrived = arrived;
    this.known = new Map();
    this.stops = new Map();
  }

  /**
   * What is known of a question by now, which is asked if it was not: {document}, {error}, or {} while it is on its way.
   *
   * @param request what is sent, or undefined for nothing to ask
   * @param ask     ask(request, signal): how it is asked, if the answer is not a document of the server's
   */
  of(kind, request, ask = (asked, signal) => api.answer(kind, asked, signal)) {
    if (request === undefined) {
      return {};
    }
    const key = `${kind} ${JSON.stringify(request)}`;
    if (!this.known.has(key)) {
      this.ask(kind, key, request, ask);
    }
    return this.known.get(key);
  }

  async ask(kind, key, request, ask) {
    this.stops.get(kind)?.abort();
    const stop = new AbortController();
    this.stops.set(kind, stop);
    this.keep(key, {});
    try {
      this.keep(key, {document: await ask(request, stop.signal)});
    } catch (e) {
      if (stop.signal.aborted) {
        this.known.delete(key);
        return;
      }
      this.keep(key, {error: e instanceof api.ApiError ? e.message : `the server cannot be reached (${e.message})`});
    }
    this.arrived();
  }

  keep(key, answer) {
    this.known.delete(key);
    this.known.set(key, answer);
    if (this.known.size > MOST) {
      this.known.delete(this.known.keys().next().value);
    }
  }

  /** Forgets what has failed, so that it is asked again. */
  forget() {
    for (const [key, {error}] of this.known) {
      if (error !== undefined) {
        this.known.delete(key);
      }
    }
  }
}
