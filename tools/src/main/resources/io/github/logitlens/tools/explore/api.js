// The server: what the page asks, all of it on this machine.

/** An answer that is a refusal; the message is for the reader. */
export class ApiError extends Error {

  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

export async function info() {
  return accepted(await fetch('/api/info', {cache: 'no-store'})).then(response => response.json());
}

/** The tokens of a text: position, id, text, display, bytes. */
export async function tokens({prompt, bos, special, model}, signal) {
  return (await accepted(await post('/api/tokens', {text: prompt, bos, special, model}, signal)).then(response => response.json())).tokens;
}

/** A run as a CSV table, all or nothing. */
export async function csv(request) {
  return (await accepted(await post('/api/csv', {...request, page: `${PAGE}-csv`}))).blob();
}

/** A comparison as a picture, a table or a page, as `request.format` says. */
export async function comparison(request) {
  return (await accepted(await post('/api/compare', {...request, page: `${PAGE}-picture`}))).blob();
}

/** The grid of a run, drawn as `request.format` says. */
export async function picture(request) {
  return (await accepted(await post('/api/picture', {...request, page: `${PAGE}-picture`}))).blob();
}

/**
 * A question whose answer is one document.
 *
 * @param kind `attribution`, `attention` or `neuron`: a newer question of a kind takes an older one's place
 */
export async function answer(kind, request, signal) {
  return (await accepted(await post(`/api/${kind}`, {...request, page: `${PAGE}-${kind}`}, signal))).json();
}

/** A sweep in the form that `request.format` names. */
export async function sweepFile(request) {
  return (await accepted(await post('/api/sweep', {...request, page: `${PAGE}-picture`}))).blob();
}

/** Names this page to the server: a newer run takes the place of an older one of the same name. */
const PAGE = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('');

/**
 * Runs the lens. The answer comes as lines: the start, rows of readings as they are ready, progress of a model that is
 * loading, and the end.
 *
 * @param lane which runs of this page take each other's place
 * @param path `/api/run`, or another whose lines have the same types
 * @param hear an object with a method for each type of line that may come: start(head), rows(readings), cells(cells), progress(line)
 *             and, if it is to be known, done(line)
 */
export async function run(lane, path, request, hear, signal) {
  const response = await accepted(await post(path, {...request, page: `${PAGE}-${lane}`}, signal));
  let ended = false;
  for await (const line of lines(response.body)) {
    const message = JSON.parse(line);
    switch (message.type) {
      case 'start': hear.start(message); break;
      case 'rows': hear.rows(message.readings); break;
      case 'progress': hear.progress(message); break;
      case 'cells': hear.cells(message.cells); break;
      case 'done': ended = true; hear.done?.(message); break;
      case 'error': throw new ApiError(message.reason, message.message);
      default: break;
    }
  }
  if (!ended) {
    throw new ApiError('cut off', 'the answer ended before it was complete: is the server still running?');
  }
}

function post(path, body, signal) {
  return fetch(path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body), signal, cache: 'no-store',
  });
}

async function accepted(response) {
  if (response.ok) {
    return response;
  }
  const refusal = await response.json().catch(() => ({}));
  throw new ApiError(refusal.reason ?? String(response.status),
      refusal.message ?? `the server answered ${response.status} ${response.statusText}`);
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const parts = (rest + chunk.value).split('\n');
    rest = parts.pop();
    yield* parts.filter(part => part !== '');
  }
  if (rest.trim() !== '') {
    yield rest;
  }
}
