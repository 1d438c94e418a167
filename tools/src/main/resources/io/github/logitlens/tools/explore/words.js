// Numbers for people.

/** A share of one: `96.5 %`, `0.35 %`, and `1 in 900,000` where per cent would be a row of noughts. */
export function percent(value) {
  if (Number.isNaN(value)) {
    return '–';
  }
  if (value >= 0.9995 && value < 1) {
    return '> 99.9 %';
  }
  if (value >= 0.001 || value === 0) {
    return `${significant(value * 100, value >= 0.0995 ? 1 : undefined)} %`;
  }
  const one = 1 / value;
  return value > 0 && Number.isFinite(one) ? `1 in ${inTwoDigits(one).toLocaleString('en')}` : String(value);
}

/** A share of one in whole per cent, for a headline. */
export function wholePercent(value) {
  return value >= 0.0095 && value < 0.995 ? `${Math.round(value * 100)} %` : percent(value);
}

function significant(value, decimals) {
  return decimals === undefined ? String(Number(value.toPrecision(2))) : String(Number(value.toFixed(decimals)));
}

function inTwoDigits(value) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / step) * step;
}

/** A place in the whole vocabulary: `#583`. */
export function place(rank) {
  return rank === undefined || Number.isNaN(rank) ? '–' : `#${Math.round(rank).toLocaleString('en')}`;
}

/** Two decimals, or as many as asked; infinite numbers as signs. */
export function decimal(value, digits = 2) {
  if (Number.isNaN(value)) {
    return '–';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '∞' : '−∞';
  }
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** Two decimals with their sign. */
export function signed(value) {
  const text = decimal(value);
  return value > 0 && text !== decimal(0) ? `+${text}` : text;
}

/** `1 token`, `7 tokens`. */
export function counted(count, one) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;
}
