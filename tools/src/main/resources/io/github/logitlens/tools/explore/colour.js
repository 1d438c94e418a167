// The colour map, which comes from the program (Viridis): perceptually uniform, lighter all the way, to be told apart with every
// common form of colour blindness and in black and white. Between its colours runs a straight line.

import {KNOWN} from './known.js';

const STEPS = 256;
const LADDER = ladder(KNOWN.colours);
const SIGNED = ladder(KNOWN.signedColours);

function ladder(colours) {
  const map = colours.map(hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({length: STEPS}, (_, step) => at(map, step / (STEPS - 1)));
}

function at(map, unit) {
  const place = unit * (map.length - 1);
  const below = Math.min(Math.floor(place), map.length - 2);
  const rgb = map[below].map((low, c) => Math.round(low + (map[below + 1][c] - low) * (place - below)));
  return {fill: `rgb(${rgb.join(' ')})`, ink: luminance(rgb) > 0.179 ? '#0b0b10' : '#ffffff'};
}

/** Relative luminance of an sRGB colour (WCAG 2). */
function luminance(rgb) {
  const [r, g, b] = rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The fill and the ink that is legible on it, for a number in [0, 1]; of a `signed` metric 0.5 is the middle. */
export function colourOf(unit, kind = 'number') {
  return (kind === 'signed' ? SIGNED : LADDER)[Math.round(Math.min(Math.max(unit, 0), 1) * (STEPS - 1))];
}

/** For a value that is not there; its ink is the page's. */
export const NO_VALUE = Object.freeze({fill: 'rgb(128 128 128 / 0.18)', ink: undefined});
