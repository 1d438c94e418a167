// The colour map: viridis (Stéfan van der Walt and Nathaniel Smith, 2015, placed in the public domain under CC0), at 33
// of its 256 entries; between them linear, which is at most 2 of 255 off. It is perceptually uniform, grows lighter all
// the way, and can be told apart with every common form of colour blindness and in black and white.

const VIRIDIS = ('440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e 2c728e 297a8e 26828e '
    + '23898e 21918c 1f978b 1f9f88 21a685 27ad81 31b57b 3dbc74 4cc26c 5cc863 6ece58 81d34d 95d840 aadc32 c0df25 d5e21a '
    + 'eae51a fde725').split(' ').map(hex => [0, 2, 4].map(at => parseInt(hex.slice(at, at + 2), 16)));

const STEPS = 256;
const LADDER = Array.from({length: STEPS}, (_, step) => at(step / (STEPS - 1)));

function at(unit) {
  const place = unit * (VIRIDIS.length - 1);
  const below = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const rgb = VIRIDIS[below].map((low, c) => Math.round(low + (VIRIDIS[below + 1][c] - low) * (place - below)));
  return {fill: `rgb(${rgb.join(' ')})`, ink: luminance(rgb) > 0.179 ? '#0b0b10' : '#ffffff'};
}

/** Relative luminance of an sRGB colour (WCAG 2). */
function luminance(rgb) {
  const [r, g, b] = rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The fill and the ink that is legible on it, for a number in [0, 1]. */
export function colourOf(unit) {
  return LADDER[Math.round(Math.min(Math.max(unit, 0), 1) * (STEPS - 1))];
}

/** For a value that is not there. */
export const NO_VALUE = {fill: 'rgb(128 128 128 / 0.18)', ink: '#7d7d85'};

/** Eight colours for lines that can be told apart by everybody (Okabe and Ito, 2008), black left to the theme. */
export const LINES = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#8f7700', '#888888'];
