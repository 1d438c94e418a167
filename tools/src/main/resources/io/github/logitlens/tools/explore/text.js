// Token text for the screen. Everything here returns plain strings; the page sets them with textContent only.

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}\uFFFD]/u;
const NAMED = new Map([['\n', '\\n'], ['\t', '\\t'], ['\r', '\\r']]);

/**
 * A token's text with control characters, those that are drawn as nothing and bytes that are no character as `\n`, `\x80`, as the
 * command line shows them: never a line break, a change of direction or a bare U+FFFD where the bytes are known.
 */
export function display(token) {
  return token.bytes === undefined ? displayText(token.text) : displayBytes(bytesOf(token.bytes));
}

/** The one way in which the page writes a token: its display form with every space as ␣. */
export function shown(token) {
  return display(token).replaceAll(' ', '␣');
}

export function displayText(text) {
  let shown = '';
  for (const character of text) {
    shown += INVISIBLE.test(character) && character !== '\uFFFD' ? escaped(character) : character;
  }
  return shown;
}

function escaped(character) {
  return NAMED.get(character) ?? [...new TextEncoder().encode(character)].map(hexEscape).join('');
}

function hexEscape(byte) {
  return NAMED.get(String.fromCharCode(byte)) ?? `\\x${byte.toString(16).padStart(2, '0')}`;
}

function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], pair => parseInt(pair, 16));
}

function displayBytes(bytes) {
  const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
  let shown = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at]);
    const sequence = bytes.subarray(at, at + length);
    try {
      const character = strict.decode(sequence);
      shown += INVISIBLE.test(character) ? [...sequence].map(hexEscape).join('') : character;
      at += length;
    } catch {
      shown += hexEscape(bytes[at]);
      at += 1;
    }
  }
  return shown;
}

function sequenceLength(lead) {
  if (lead < 0xc0) {
    return 1;
  }
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The bytes in pairs of hexadecimal digits, `20 50 61`. */
export function spacedBytes(hex) {
  return (hex.match(/../g) ?? []).join(' ');
}
