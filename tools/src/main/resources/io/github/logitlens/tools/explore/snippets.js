// The run on the page as a call from Java, as a command and as a request: what "copy as" copies.

/** @param query prompt, model, topK, bos, special, mid, and tracked, a list of {id, text} */
export function asJava(query) {
  const options = [`.topK(${query.topK})`];
  if (query.bos) {
    options.push('.bos(Bos.PREPEND)');
  }
  if (query.special) {
    options.push('.specialTokens(SpecialTokens.PARSE)');
  }
  if (query.mid) {
    options.push('.points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST)');
  }
  for (const token of query.tracked) {
    options.push(`.track(TokenRef.of(${token.id}))`);
  }
  return [
    `try (LogitLens lens = LogitLens.open(${javaString(query.model)})) {`,
    `    LensResult r = lens.run(${javaString(query.prompt)},`,
    `            LensOptions.defaults()${options.join('')});`,
    '    r.top(r.finalPoint(), -1).getFirst();',
    '}',
    '',
  ].join('\n');
}

function javaString(text) {
  const escapes = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r'};
  const escape = unit => escapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `"${text.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, found => found.split('').map(escape).join(''))}"`;
}

export function asCommand(query) {
  const words = ['lens', 'run', '--model', shellWord(query.model), '--top-k', String(query.topK), '--position', 'all'];
  if (query.bos) {
    words.push('--bos');
  }
  if (query.special) {
    words.push('--special');
  }
  if (query.mid) {
    words.push('--mid');
  }
  for (const token of query.tracked) {
    words.push('--track', `id:${token.id}`);
  }
  return `${words.join(' ')} -- ${shellWord(query.prompt)}`;
}

/** A word for a POSIX shell; control characters in the form that bash, zsh and ksh read. */
function shellWord(text) {
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

/** The body of POST /api/run. */
export function asRequest(query) {
  return {
    prompt: query.prompt, model: query.model, topK: query.topK, bos: query.bos, special: query.special, mid: query.mid,
    positions: 'all',
    metrics: query.metrics ?? [], tracked: query.tracked.map(token => ({id: token.id})),
  };
}
