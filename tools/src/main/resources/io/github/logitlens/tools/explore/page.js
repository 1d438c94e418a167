// The page: the state, the runs it asks for, the address, and the parts that show them.

import {About} from './about.js';
import {Answers} from './answers.js';
import * as api from './api.js';
import {Ask, spokenAnswer} from './ask.js';
import {Changes} from './changes.js';
import {madeOf, Undo} from './edits.js';
import {Exports} from './exports.js';
import {Options} from './options.js';
import {Past} from './past.js';
import {Paths} from './paths.js';
import {asRequest, lackingTokens, question} from './requests.js';
import {Runner} from './runner.js';
import {asksTheSame, DEFAULTS, fromFragment, Store, toFragment} from './state.js';
import {Status} from './status.js';
import {displayText} from './text.js';
import {SweepPanel} from './sweep.js';
import {Tour} from './tour.js';
import {pathIn} from './trajectory.js';
import {idsOf} from './view.js';
import {Viewer} from './viewer.js';
import {WhatIf} from './whatif.js';
import {Why} from './why.js';
import {counted} from './words.js';
import {Writing} from './writing.js';

const WAYS_AFTER = 60;

const at = id => document.getElementById(id);

class Page {

  constructor(server) {
    this.server = server;
    this.status = new Status(at('status'), at('alert'), at('progress'));
    this.store = new Store(this.possible(fromFragment(location.hash)), (state, before, history) => this.changed(state, before, history));
    this.runner = new Runner({
      began: () => this.status.busy(),
      rows: run => this.arrived(run),
      progress: line => this.status.progress(line),
      done: (run, milliseconds) => this.finished(run, milliseconds),
      failed: error => { this.writing.stop(''); this.status.failed(error.message); this.stale(); },
    });
    this.paths = new Paths((run, position, ids) => this.readWays(run, position, ids), () => this.draw());
    this.undo = new Undo();
    this.changes = new Changes(at('changes'), this.undo, {set: (changes, history) => this.store.set(changes, history)});
    this.answers = new Answers(() => this.draw());
    this.exports = new Exports(this);
    this.viewer = new Viewer(at('viewer'), this.store, this.paths, {
      candidates: text => this.candidates(text), tools: this.exports.menus(), panels: this.panels(), append: token => this.writing.append(token),
    });
    const change = changes => this.store.set(Object.fromEntries(Object.entries(changes).map(([field, value]) =>
        [field, value ?? DEFAULTS[field]])), 'push');
    this.about = new About(at('model'), server.models, model => change({model}));
    this.options = new Options(at('options'), server, change);
    this.past = new Past(at('past'), fragment => this.store.set(this.possible(fromFragment(fragment)), 'push'));
    this.ask = new Ask(at('ask'), server.examples, {
      prompt: (text, typed) => this.prompt(text, typed), example: text => this.example(text), guess: text => this.guess(text), stale: () => this.stale(),
    });
    this.writing = new Writing(at('writing'), {append: (text, first) => this.append(text, first), say: text => this.status.say(text)});
    this.tour = new Tour(at('tour'), at('guide'), {
      set: (changes, history) => this.store.set(changes, history), guess: on => this.askForGuess(on),
      model: server.models.find(model => model.demonstration)?.id,
    });
    at('guess').addEventListener('click', () => this.setGuessing(!this.guessing));
    at('theme').addEventListener('click', () => globalThis.lensToggleTheme());
    at('about').textContent = [`version ${server.version}`, server.compute].filter(Boolean).join(' · ');
    addEventListener('lens-theme', () => this.viewer.restyle());
    addEventListener('popstate', () => this.fromAddress());
    this.isFirst = location.hash === '';
    history.replaceState(null, '', `#${toFragment(this.store.state)}`);
    this.fill();
    this.tour.show(this.store.state);
    this.run();
    document.documentElement.dataset.ready = 'true';
  }

  /** Those of the chosen cell that need the server. */
  panels() {
    const listen = {
      set: (changes, history) => this.store.set(changes, history), follow: token => this.viewer.follow(token),
      copy: (name, text) => this.exports.copy(name, text), say: text => this.status.say(text), token: id => this.paths.token(id),
    };
    const sizes = ({model}) => this.server.models.find(({id}) => id === model);
    const second = state => this.answers.of('second', this.secondRequest(state), (request, signal) => this.runner.second(request, signal));
    return [
      {key: 'why', label: 'Why', make: host => new Why(host, this.answers, listen)},
      {key: 'whatif', label: 'What if', make: host => new WhatIf(host, second, {
        ...listen, grid: () => this.viewer.grid, nHeads: state => sizes(state).nHeads, lenses: this.server.lenses,
        models: this.server.models.map(({id}) => id),
      })},
      {key: 'sweep', label: 'Sweep', make: host => new SweepPanel(host,
          (request, hear, signal) => api.run('sweep', '/api/sweep', request, hear, signal), {...listen, model: sizes, file: api.sweepFile})},
    ];
  }

  /** The run of the prompt that edits take from, as far as its cells are to be seen. */
  secondRequest(state) {
    const [prompt] = state.from;
    return prompt === undefined || prompt.trim() === '' || !this.isCurrent() || !this.current.isComplete() ? undefined
        : asRequest({...state, prompt, edits: [], from: [], bottomK: 0}, {topK: 1});
  }

  // --- state ---

  /** The nearest state that can be shown here; what had to be changed is told. */
  possible(state) {
    const {limits, models} = this.server;
    const notes = [];
    const wanted = {...state};
    if (wanted.prompt === '' && !wanted.bos) {
      wanted.prompt = this.server.examples[0] ?? '';
    }
    if (wanted.model !== '' && !models.some(({id}) => id === wanted.model)) {
      notes.push(`the model ${wanted.model} is not on this machine`);
      wanted.model = '';
    }
    wanted.model ||= this.server.model;
    for (const field of ['topK', 'bottomK']) {
      if (wanted[field] > limits.topK) {
        notes.push(`at most ${limits.topK} tokens per cell can be read`);
        wanted[field] = limits.topK;
      }
    }
    const {vocabSize} = models.find(({id}) => id === wanted.model);
    const ids = wanted.tracked?.filter(id => id < vocabSize).slice(0, limits.tracked);
    if (ids !== undefined && ids.length < wanted.tracked.length) {
      notes.push('some of the tokens to follow do not exist');
      wanted.tracked = ids;
    }
    this.note = notes.join('; ');
    return wanted;
  }

  changed(state, before, history_) {
    if (history_ !== 'keep') {
      history[history_ === 'push' ? 'pushState' : 'replaceState'](null, '', `#${toFragment(state)}`);
    }
    if (state.prompt !== before.prompt || state.model !== before.model) {
      this.guessed = undefined;
      this.cover(false);
    }
    this.undo.heard(state, before);
    if (!asksTheSame(state, before)) {
      this.fill();
    }
    this.draw();
    this.tour.show(state);
    this.run();
  }

  fromAddress() {
    if (location.hash.slice(1) !== toFragment(this.store.state)) {
      this.store.set(this.possible(fromFragment(location.hash)), 'keep');
    }
  }

  /** Another prompt: positions of the one before mean nothing in it. What is followed, and the layer, are kept. */
  prompt(prompt, typed) {
    this.writing.stop('Stopped: another prompt.');
    if (prompt === '' && !this.store.state.bos) {
      this.stale('Type a prompt: nothing is asked yet.');
    } else if (prompt === this.store.state.prompt) {
      this.runner.forget();
      this.run();
    } else {
      this.store.set({prompt, position: -1}, typed ? 'replace' : 'push');
    }
  }

  append(text, first) {
    this.ask.fill(this.store.state.prompt + text);
    this.store.set({prompt: this.store.state.prompt + text, position: -1}, first ? 'push' : 'replace');
  }

  // --- running ---

  run() {
    const {state} = this.store;
    const made = madeOf(state);
    const followed = this.current && this.current.top(this.current.finalPoint, this.current.lastPosition)?.id;
    this.runner.ask(question(made, this.isCurrent() ? followed : undefined), made);
    if (!this.isCurrent()) {
      this.stale();
    }
  }

  /** Whether the run that is shown is one of the state. */
  isCurrent() {
    return this.current !== undefined && asksTheSame(this.current.of, madeOf(this.store.state));
  }

  arrived(run) {
    const first = this.current === undefined;
    this.current = run;
    at('viewer').hidden = false;
    this.fresh();
    this.draw();
    if (first) {
      this.tour.scroll();
    }
  }

  finished(run, milliseconds) {
    this.arrived(run);
    const {state} = this.store;
    const lacking = lackingTokens(state, run);
    this.status.done(`${counted(run.tokens.length, 'token')} × ${counted(run.points.length, 'row')} in ${Math.round(milliseconds)} ms`
        + (run.of.edits.length > 0 ? ` · changed: ${run.of.edits.join(', ')}` : '')
        + (lacking > 0 ? ` · follow ${lacking === 1 ? 'a token' : 'two tokens'}, and the colours will show it` : '')
        + (this.note ? ` · ${this.note}` : ''), this.guessed?.asked ? '' : spokenAnswer(run));
    if (!this.writing.writing) {
      this.past.add(state, run);
    }
    this.answers.forget();
    this.run();
    if (this.isCurrent()) {
      this.writing.done(run, this.server.models.find(({id}) => id === state.model).nCtx);
    }
    if (this.isFirst) {
      this.isFirst = false;
      this.tour.offer();
    }
  }

  /** @param why what is said instead of what was read, if it is not only on its way */
  stale(why) {
    at('viewer').classList.add('stale');
    at('answer').classList.add('stale');
    if (why !== undefined) {
      this.status.say(why);
    }
  }

  fresh() {
    at('viewer').classList.remove('stale');
    at('answer').classList.remove('stale');
  }

  // --- drawing ---

  fill() {
    const {state} = this.store;
    this.ask.fill(state.prompt);
    this.about.show(state.model);
    this.options.show(state, DEFAULTS);
    this.changes.show(state);
  }

  draw() {
    const run = this.current;
    if (run === undefined) {
      return;
    }
    this.viewer.show(run);
    this.ask.show(run, this.guessed?.asked || this.guessed === undefined ? this.guessed : this.guessIn(run));
    this.writing.show(run, this.isCurrent() && !this.guessed?.asked);
    if (run.isComplete() && this.isCurrent() && run.of.other === '') {
      clearTimeout(this.waysTimer);
      const {position} = this.viewer.view;
      const want = () => this.paths.want(run, position, idsOf(this.viewer.view));
      this.waysTimer = setTimeout(want, this.waysOf === run ? WAYS_AFTER : 0);
      this.waysOf = run;
    }
  }

  // --- tokens over layers ---

  /** The ways of tokens at a position: read anew, since a run only holds its first k. */
  async readWays(run, position, ids) {
    const read = await this.runner.ways(asRequest(run.of, {topK: 1, tracked: ids}), position);
    return new Map(read.reading(read.finalPoint, position).tracked.map(token => [token.id, {token, path: pathIn(read, position, token.id)}]));
  }

  /** What a typed text can mean: one token, with or without a leading space. */
  async candidates(text) {
    try {
      const forms = text.startsWith(' ') ? [text] : [text, ` ${text}`];
      const {model} = this.store.state;
      const split = await Promise.all(forms.map(form => api.tokens({prompt: form, bos: false, special: false, model})));
      const single = split.filter(tokens => tokens.length === 1).map(tokens => tokens[0]);
      if (single.length === 1) {
        return {token: single[0]};
      }
      return single.length > 1
          ? {message: 'Two tokens are written like this: ', choices: single}
          : {message: `${displayText(text)} is ${split[0].length} tokens; follow one of them: `, choices: split[0]};
    } catch (e) {
      return {message: e.message};
    }
  }

  // --- guess before you look ---

  /** An example, whose answer is guessed first where that is chosen. */
  example(text) {
    this.prompt(text, false);
    if (this.guessing) {
      this.askForGuess(true);
    }
  }

  setGuessing(on) {
    this.guessing = on;
    at('guess').setAttribute('aria-pressed', String(on));
    this.askForGuess(on);
  }

  /** Covers what the model says until a guess is made; or takes that back. */
  askForGuess(on) {
    if (on || this.guessed?.asked) {
      this.guessed = on ? {asked: true} : undefined;
      this.cover(on);
      this.draw();
      this.status.say(on || this.current === undefined ? '' : spokenAnswer(this.current));
    }
  }

  cover(covered) {
    at('viewer').classList.toggle('covered', covered);
    at('viewer').inert = covered;
  }

  async guess(text) {
    this.guessed = undefined;
    this.cover(false);
    const said = text.trim();
    if (said !== '') {
      const {prompt, model} = this.store.state;
      try {
        const [token] = await api.tokens({prompt: prompt.endsWith(' ') ? said : ` ${said}`, bos: false, special: false, model});
        this.guessed = {token};
        this.viewer.follow(token);
      } catch (e) {
        this.status.failed(e.message);
      }
    }
    this.draw();
    at('guess').focus();
    if (this.current !== undefined) {
      this.status.say(spokenAnswer(this.current));
    }
  }

  guessIn(run) {
    const {token} = this.guessed;
    const step = this.paths.of(run, run.lastPosition, token.id)[run.finalPoint];
    return {token, rank: step?.rank ?? NaN, probability: step?.probability ?? NaN};
  }
}

try {
  new Page(await api.info());
} catch (e) {
  document.getElementById('alert').textContent = `the explorer cannot start: ${e.message}`;
}
