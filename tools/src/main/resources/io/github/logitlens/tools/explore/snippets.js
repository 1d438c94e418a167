// The run on the page as a call from Java or Python, as a command and as a request: what "copy as" copies.

import {asRequest, pointsOf} from './requests.js';

const JAVA_KINDS = key => `PointKind.${key.toUpperCase()}`;

const RUN = {type: 'LensResult', name: 'r', method: 'run', then: 'r.top(r.finalPoint(), -1).getFirst();'};

/**
 * @param tracked ids
 * @param call    {type, name, method, then}: what is called, and what is done with its result
 */
export function asJava(state, tracked, call = RUN) {
  return [
    `try (LogitLens lens = LogitLens.open(${javaString(state.model)})) {`,
    `    ${call.type} ${call.name} = lens.${call.method}(${javaString(state.prompt)},`,
    `            ${javaOptions(state, tracked)}${state.edits.map(edit => `,\n            ${asEdit(edit, state.from)}`).join('')});`,
    `    ${call.then}`,
    '}',
    '',
  ].join('\n');
}

/** What is read, as Java says it. */
export function javaOptions(state, tracked) {
  const options = [`.topK(${state.topK})`];
  const add = (applies, call) => applies && options.push(call);
  add(state.bottomK > 0, `.bottomK(${state.bottomK})`);
  add(state.bos, '.bos(Bos.PREPEND)');
  add(state.special, '.specialTokens(SpecialTokens.PARSE)');
  add(state.also.length > 0, `.points(${pointsOf(state).map(JAVA_KINDS).join(', ')})`);
  add(state.layers !== 'all', `.layers(Layers.parse(${javaString(state.layers)}))`);
  add(state.layerNorm !== 'recomputed', `.layerNorm(LayerNormMode.${state.layerNorm.toUpperCase()})`);
  add(state.stopAfter !== undefined, `.stopAfter(${state.stopAfter})`);
  add(state.lens !== 'logit', `.readout(lens.readout(${javaString(state.lens)}))`);
  tracked.forEach(id => options.push(`.track(TokenRef.of(${id}))`));
  return `LensOptions.defaults()${options.join('')}`;
}

/** An edit as Java makes it. */
export function asEdit(edit, from) {
  const sources = from.map(prompt => `Prompt.of(${javaString(prompt)})`);
  return `Edits.parse(${javaString(edit)}${sources.length === 0 ? '' : `, List.of(${sources.join(', ')})`})`;
}

export function javaString(text) {
  const escapes = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r'};
  const escape = unit => escapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `"${text.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, found => found.split('').map(escape).join(''))}"`;
}

/**
 * @param more words before the prompt, such as those that say how to draw a picture
 * @param name the subcommand
 */
export function asCommand(state, tracked, more = [], name = 'run') {
  const words = ['lens', name, '--model', shellWord(state.model), '--top-k', String(state.topK), '--position', 'all'];
  const add = (applies, ...option) => applies && words.push(...option);
  add(state.bottomK > 0, '--bottom-k', String(state.bottomK));
  add(state.bos, '--bos');
  add(state.special, '--special');
  add(state.also.length > 0, '--points', pointsOf(state).join(','));
  add(state.layers !== 'all', '--layers', shellWord(state.layers));
  add(state.layerNorm !== 'recomputed', '--layer-norm', state.layerNorm);
  add(state.stopAfter !== undefined, '--stop-after', String(state.stopAfter));
  add(state.lens !== 'logit', '--lens', shellWord(state.lens));
  state.edits.forEach(edit => words.push('--edit', shellWord(edit)));
  state.from.forEach(prompt => words.push('--from', shellWord(prompt)));
  tracked.forEach(id => words.push('--track', `id:${id}`));
  return `${[...words, ...more].join(' ')} -- ${shellWord(state.prompt)}`;
}

/** The picture of the grid on the page, as the command draws it. */
export function asPictureCommand(state, {tracked, versus, metric, scale}) {
  return asCommand(state, tracked, [...versus === undefined ? [] : ['--versus', `id:${versus}`],
    '--format', 'svg', '--metric', metric, '--scale', scale, '--output', 'grid.svg']);
}

/** A word for a POSIX shell; control characters in the form that bash, zsh and ksh read. */
export function shellWord(text) {
  if (/^[\w./:-]+$/.test(text)) {
    return text;
  }
  if (!/[\p{Cc}\p{Cf}]/u.test(text)) {
    return `'${text.replaceAll("'", "'\\''")}'`;
  }
  const escape = found => found === "'" ? "\\'" : found === '\\' ? '\\\\'
      : [...new TextEncoder().encode(found)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return `$'${text.replace(/['\\\p{Cc}\p{Cf}]/gu, escape)}'`;
}

export function asJson(state, tracked) {
  return JSON.stringify(asRequest(state, {tracked}), undefined, 2);
}

/** JSON in which everything that is not a plain sign is an escape, so that any shell and any language takes it as it is. */
function plainJson(request) {
  return JSON.stringify(request).replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A request to an address of the server, for a shell. */
export function curl(origin, path, request) {
  return `curl -s ${origin}${path} -H 'Content-Type: application/json' -d ${shellWord(plainJson(request))}`;
}

/** The same for Python, up to the open answer. */
export function python(origin, path, request) {
  return [
    'import json, urllib.request',
    `body = json.loads(r'''${plainJson(request).replaceAll("'", '\\u0027')}''')`,
    `request = urllib.request.Request("${origin}${path}", json.dumps(body).encode(), {"Content-Type": "application/json"})`,
  ];
}

export function asCurl(state, tracked, origin) {
  return curl(origin, '/api/run', asRequest(state, {tracked}));
}

export function asPython(state, tracked, origin) {
  return [
    ...python(origin, '/api/run', asRequest(state, {tracked})),
    'lines = [json.loads(line) for line in urllib.request.urlopen(request)]',
    'rows = [reading for line in lines if line["type"] == "rows" for reading in line["readings"]]',
    'print(max(rows, key=lambda r: (r["position"], r["point"]))["top"][0])',
    '',
  ].join('\n');
}
