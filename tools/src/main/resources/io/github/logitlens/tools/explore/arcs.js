// Attention as arcs over the prompt: from the position that looks to each one that it looks at, the thicker the more.

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 128;
const FOOT = 22;
/** Of a token with its text, and of one without. */
const WIDEST = 78;
const LEAST_WRITTEN = 40;
const NARROW = 12;
const LETTER = 7.5;
/** Up to here tokens have their text under the arcs. */
const MOST_WRITTEN = 40;
const THICKEST = 9;
/** What is less is no thicker than nothing. */
const LEAST = 0.004;

/**
 * Where arcs run, in pixels: {width, height, ground, step, arcs: [{position, path, thickness}], middle(position)}.
 *
 * @param room the width there is; tokens with their text take it, and more where that is too little
 */
export function arcsOf(keys, query, room) {
  const step = keys.length <= MOST_WRITTEN ? Math.min(WIDEST, Math.max(LEAST_WRITTEN, Math.floor(room / keys.length))) : NARROW;
  const middle = position => (position + 0.5) * step;
  const ground = HEIGHT - FOOT;
  const side = Math.min(9, step / 4);
  const arcs = keys.filter(({weight}) => weight >= LEAST).map(({position, weight}) => {
    const [from, to] = [middle(query), middle(position)];
    const up = position === query ? 26 : Math.min(ground - 8, 22 + Math.abs(from - to) * 0.45);
    const path = position === query
        ? `M${from - side} ${ground}C${from - 2 * side} ${ground - up} ${from + 2 * side} ${ground - up} ${from + side} ${ground}`
        : `M${from} ${ground}C${from} ${ground - up * 1.3} ${to} ${ground - up * 1.3} ${to} ${ground}`;
    return {position, path, thickness: Math.max(0.75, THICKEST * weight)};
  });
  return {width: keys.length * step, height: HEIGHT, ground, step, arcs, middle};
}

/** @param textOf a token's text */
export function drawArcs(keys, query, room, textOf) {
  const {width, height, ground, step, arcs, middle} = arcsOf(keys, query, room);
  const written = step > NARROW;
  const letters = Math.floor(step / LETTER);
  const root = shape('svg', {class: 'arcs', width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'});
  for (const {position, path, thickness} of arcs) {
    root.append(shape('path', {d: path, class: 'arc', 'data-position': position, 'stroke-width': thickness.toFixed(2)}));
  }
  for (const {position, token} of keys) {
    const mark = shape('circle', {cx: middle(position), cy: ground, r: written ? 2.5 : 1.5, class: position === query ? 'arc-from' : 'arc-to'});
    root.append(mark);
    if (written) {
      const text = textOf(token);
      const label = shape('text', {x: middle(position), y: height - 6, class: position === query ? 'arc-token arc-query' : 'arc-token', 'data-position': position});
      label.textContent = text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
      root.append(label);
    }
  }
  return root;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}
