// The page: prompt, run, address and export, wired to the viewer.

import * as api from './api.js';
import {menu} from './dom.js';
import {json, png, save, svg} from './download.js';
import {isIn, metricOf} from './metrics.js';
import {themeOf} from './paint.js';
import {Prompt} from './prompt.js';
import {Run} from './run.js';
import {asCommand, asJava, asRequest} from './snippets.js';
import {fromFragment, toFragment} from './state.js';
import {Status} from './status.js';
import {quoted} from './text.js';
import {pathIn} from './trajectory.js';
import {Viewer} from './viewer.js';

class Page {

  constructor(server) {
    this.server = server;
    this.status = new Status(document.getElementById('status'), document.getElementById('alert'),
        document.getElementById('progress'));
    this.paths = new Map();
    this.state = fromFragment(location.hash);
    this.prompt = new Prompt(document.getElementById('prompt-form'), server, {
      run: query => this.ask(query),
      tokens: query => api.tokens(query, this.fresh('tokens')),
      select: position => this.run?.positions.includes(position) && this.viewer.selectPosition(position),
    });
    this.viewer = new Viewer(document.getElementById('viewer'), {
      tools: this.tools(),
      paths: (run, position, ids) => this.pathsOf(run, position, ids),
      candidates: text => this.candidates(text),
    }, this.state, (state, changes) => this.stateChanged(changes));
    addEventListener('lens-theme', () => this.viewer.restyle());
    addEventListener('hashchange', () => location.hash.slice(1) === toFragment(this.state) || this.fromAddress());
    document.getElementById('theme').addEventListener('click', () => globalThis.lensToggleTheme());
    document.getElementById('about').textContent = [`version ${server.version}`, server.compute].filter(Boolean).join(' · ');
    this.fromAddress();
  }

  fromAddress() {
    Object.assign(this.state, fromFragment(location.hash));
    if (this.state.prompt === '' && !this.state.bos) {
      this.state.prompt = this.server.examples[0] ?? '';
    }
    this.state.model ||= this.server.model ?? this.server.models[0]?.id ?? '';
    this.prompt.fill(this.state);
    this.start();
  }

  // --- running ---

  /** A signal that aborts the last request of the same name. */
  fresh(name) {
    this.controllers ??= {};
    this.controllers[name]?.abort();
    this.controllers[name] = new AbortController();
    return this.controllers[name].signal;
  }

  /** A new query: what was chosen for another prompt is chosen no more. */
  ask(query) {
    if (query.prompt !== this.state.prompt || query.model !== this.state.model || query.special !== this.state.special) {
      Object.assign(this.state, {position: -1, point: -1, tracked: undefined});
    } else if (query.bos !== this.state.bos && this.state.position >= 0) {
      this.state.position = Math.max(-1, this.state.position + (query.bos ? 1 : -1));
    }
    Object.assign(this.state, query);
    this.writeAddress();
    this.start();
  }

  /** @param tracked the tokens that are read in every cell: by default the one that the colours show */
  request(tracked = this.coloured()) {
    const metric = metricOf(this.state.metric);
    const asked = metric === undefined || metric.tracked || metric.always ? [] : [metric.key];
    return asRequest({...this.state, metrics: asked, tracked});
  }

  /** The token whose numbers the colours show: the first that is followed. */
  coloured() {
    return metricOf(this.state.metric)?.tracked && this.run !== undefined ? this.viewer.followed().slice(0, 1) : [];
  }

  /** The tokens that the reader has chosen to follow. */
  chosen() {
    return this.state.tracked === undefined ? [] : this.viewer.followed();
  }

  async start() {
    const signal = this.fresh('run');
    this.paths.clear();
    this.status.busy('Running…');
    const began = performance.now();
    let run;
    try {
      await api.run('grid', this.request(), {
        start: head => { run = new Run(head); this.show(run); },
        rows: readings => { run.add(readings); this.soon(run); },
        progress: line => this.status.progress(line),
        done: () => this.finished(run, performance.now() - began),
      }, signal);
    } catch (e) {
      if (e.name !== 'AbortError') {
        this.status.failed(e instanceof api.ApiError ? e.message : `the server cannot be reached (${e.message})`);
      }
    }
  }

  /** Draws what has arrived, at most once a frame. */
  soon(run) {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.show(run);
    });
  }

  show(run) {
    document.getElementById('viewer').hidden = false;
    this.run = run;
    this.viewer.show(run);
  }

  finished(run, milliseconds) {
    cancelAnimationFrame(this.pending);
    this.pending = undefined;
    this.show(run);
    const top = run.top(run.finalPoint, run.lastPosition);
    const count = `${run.tokens.length} ${run.tokens.length === 1 ? 'token' : 'tokens'} × ${run.points.length} points`;
    const lacksToken = metricOf(this.state.metric)?.tracked && !isIn(metricOf(this.state.metric), run);
    this.status.done(`${count} in ${Math.round(milliseconds)} ms. `
        + (top === undefined ? '' : `The model goes on with ${quoted(top)}. `)
        + (lacksToken ? 'Follow a token, and the colours will show its number.' : ''));
    // What is first choice somewhere is followed by itself, but known only now; the run that reads it has it.
    if (lacksToken && this.coloured().length > 0) {
      this.start();
    }
  }

  // --- tokens over layers ---

  /** The paths of tokens at a position: read again, since a run only holds its first k. */
  async pathsOf(run, position, ids) {
    const key = `${position} ${ids.join()}`;
    if (!this.paths.has(key)) {
      try {
        this.paths.set(key, await this.readPaths(position, ids));
      } catch (e) {
        if (e.name !== 'AbortError') {
          this.status.failed(e.message);
        }
        return undefined;
      }
    }
    return this.paths.get(key);
  }

  async readPaths(position, ids) {
    let run;
    const request = {...asRequest({...this.state, topK: 1, tracked: ids.map(id => ({id}))}), positions: String(position)};
    await api.run('paths', request, {
      start: head => { run = new Run(head, [position]); },
      rows: readings => run.add(readings), progress: () => {}, done: () => {},
    }, this.fresh('paths'));
    const tokens = run.reading(run.finalPoint, position).tracked;
    return new Map(tokens.map(token => [token.id, {token, path: pathIn(run, position, token.id)}]));
  }

  /** What a typed text can mean: one token, with or without a leading space. */
  async candidates(text) {
    try {
      const forms = text.startsWith(' ') ? [text] : [text, ` ${text}`];
      const split = await Promise.all(forms.map(form => api.tokens({prompt: form, bos: false, special: false, model: this.state.model})));
      const single = split.filter(tokens => tokens.length === 1).map(tokens => tokens[0]);
      if (single.length === 1) {
        return {token: single[0]};
      }
      return single.length > 1
          ? {message: 'Two tokens are written like this: ', choices: single}
          : {message: `${JSON.stringify(text)} is ${split[0].length} tokens; follow one of them: `, choices: split[0]};
    } catch (e) {
      return {message: e.message};
    }
  }

  // --- address ---

  stateChanged(changes) {
    this.writeAddress();
    if (this.run === undefined) {
      return;
    }
    const metric = metricOf(this.state.metric);
    const lacks = 'metric' in changes && !isIn(metric, this.run);
    const other = metric?.tracked && 'tracked' in changes;
    if (lacks || other) {
      this.start();
    }
  }

  writeAddress() {
    history.replaceState(null, '', `#${toFragment(this.state)}`);
  }

  // --- export ---

  tools() {
    const query = () => ({...this.state, tracked: this.chosen()});
    const copied = (name, text) => () => this.copy(name, text());
    return [
      menu('Copy as', [
        {id: 'java', label: 'Java', choose: copied('Java', () => asJava(query()))},
        {id: 'command', label: 'Command', choose: copied('Command', () => asCommand(query()))},
        {id: 'request', label: 'JSON request', choose: copied('JSON', () => JSON.stringify(asRequest(query()), undefined, 2))},
        {id: 'link', label: 'Link to this view', choose: copied('Link', () => location.href)},
      ]),
      menu('Download', [
        {id: 'png', label: 'PNG picture', choose: () => this.download('png')},
        {id: 'svg', label: 'SVG picture', choose: () => this.download('svg')},
        {id: 'csv', label: 'CSV table', choose: () => this.download('csv')},
        {id: 'result', label: 'JSON result', choose: () => this.download('json')},
        {id: 'html', label: 'HTML, one file', choose: () => this.download('html')},
      ]),
    ];
  }

  async copy(name, text) {
    try {
      await navigator.clipboard.writeText(text);
      this.status.say(`${name} copied.`);
    } catch {
      this.status.failed('the browser does not let this page copy');
    }
  }

  async download(kind) {
    const {run, viewer: {colouring}} = this;
    if (run === undefined) {
      return;
    }
    const theme = themeOf(document.body);
    const makers = {
      json: () => json(run), csv: () => api.csv(this.request(this.chosen())), svg: () => svg(run, colouring, theme),
      png: () => png(run, colouring, theme), html: () => this.oneFile(run),
    };
    let blob;
    try {
      blob = await makers[kind]();
    } catch (e) {
      this.status.failed(e.message);
      return;
    }
    if (blob === undefined) {
      this.status.failed('this grid is larger than a picture can be: take SVG or HTML instead');
    } else {
      save(`${fileName(this.state.prompt)}.${kind}`, blob);
      this.status.say(`${kind.toUpperCase()} saved.`);
    }
  }

  /** The page that needs no server: the server sends it empty, the run is put in here. */
  async oneFile(run) {
    const response = await fetch('/static/one-file.html');
    const [before, after] = (await response.text()).split('/*RUN*/');
    const document = JSON.stringify(run.toDocument()).replaceAll('<', '\\u003c');
    return new Blob([before, document, after], {type: 'text/html;charset=utf-8'});
  }
}

function fileName(prompt) {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `lens-${words.slice(0, 6).join('-').slice(0, 60) || 'run'}`;
}

try {
  const page = new Page(await api.info());
  document.documentElement.dataset.ready = String(page !== undefined);
} catch (e) {
  document.getElementById('alert').textContent = `the explorer cannot start: ${e.message}`;
}
