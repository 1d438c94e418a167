// Runs the lens for the page: one run at a time, the newest, and never the same one twice.

import * as api from './api.js';
import {DifferenceRun} from './difference.js';
import {Run} from './run.js';

export class Runner {

  /**
   * @param listen {began(), rows(run), progress(line), done(run, milliseconds), failed(error)}; a run that is shown already, read
   *               anew with other numbers, is handed on when it is complete, and not before
   */
  constructor(listen) {
    this.listen = listen;
  }

  /**
   * Asks for a run, unless it is the one that is shown or on its way.
   *
   * @param question {path, request}, see requests.js
   * @param state    what it is a run of, which becomes its `of`
   */
  ask(question, state) {
    const key = JSON.stringify(question);
    if (key === this.key) {
      return;
    }
    this.key = key;
    this.stop?.abort();
    this.stop = new AbortController();
    this.start(question, key, state, this.stop.signal);
  }

  /** Asks again for what has failed, or was stopped. */
  forget() {
    this.key = undefined;
  }

  async start({path, request}, key, state, signal) {
    const began = performance.now();
    this.listen.began();
    let run;
    try {
      await api.run('grid', path, request, {
        start: head => { run = head.b === undefined ? new Run(head) : new DifferenceRun(head); run.of = state; },
        rows: readings => { run.add(readings); this.soon(run); },
        progress: line => this.listen.progress(line),
        done: () => this.finished(run, performance.now() - began),
      }, signal);
    } catch (e) {
      if (e.name !== 'AbortError' && key === this.key) {
        this.forget();
        this.listen.failed(e instanceof api.ApiError ? e : new Error(`the server cannot be reached (${e.message})`));
      }
    }
  }

  /** Hands on what has arrived, at most once a frame. */
  soon(run) {
    if (this.run !== undefined && run.isOfTheSame(this.run) && this.run.isComplete()) {
      return;
    }
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.run = run;
      this.listen.rows(run);
    });
  }

  finished(run, milliseconds) {
    cancelAnimationFrame(this.pending);
    this.pending = undefined;
    this.run = run;
    this.listen.done(run, milliseconds);
  }

  /** Another prompt's run, whole. */
  async second(request, signal) {
    let run;
    await api.run('second', '/api/run', request, {
      start: head => { run = new Run(head); }, rows: readings => run.add(readings), progress: () => {}, done: () => {},
    }, signal);
    return run;
  }

  /** The ways of tokens at one position, as paths.js wants them. */
  async ways(request, position) {
    this.stopWays?.abort();
    this.stopWays = new AbortController();
    let run;
    await api.run('paths', '/api/run', {...request, positions: String(position)}, {
      start: head => { run = new Run(head, [position]); },
      rows: readings => run.add(readings), progress: () => {}, done: () => {},
    }, this.stopWays.signal);
    return run;
  }
}
