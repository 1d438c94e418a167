// Short lessons, each step a state of the page: what it says holds for the bundled model, and a test asks the library whether it does.

import {DEFAULTS, same} from './state.js';

const EIFFEL = 'The Eiffel Tower is in';
const BRIDGE = 'The Tower Bridge is in';
const PARIS = 6342;
const LONDON = 3576;
const THE = 262;

/** For the differences of the third lesson: how far Paris is ahead of London, in every cell. */
const CITIES = {prompt: EIFFEL, metric: 'logitDifference', tracked: [PARIS, LONDON]};
/** The fourth lesson puts in what was read of another prompt. */
const BRIDGED = {prompt: EIFFEL, from: [BRIDGE], tracked: [PARIS, LONDON, THE]};

/**
 * {key, title, steps}; a step is {title, text, target, state}: what lights up, and the fields of the state that are not the usual
 * ones. `guess`: the answer is to be guessed before it is seen. `partly`: a step changes these fields and leaves the others.
 */
export const LESSONS = [
  {
    key: 'first', title: 'First steps', partly: true, steps: [
      {
        target: '.grid', title: 'A column is a place in the prompt', state: {position: -1, point: ''},
        text: 'Each one shows what the model would say next after the token at its head. The last column is what the whole prompt leads to.',
      }, {
        target: '.thread', title: 'From top to bottom it makes up its mind', state: {position: -1, metric: 'answer'},
        text: 'Each row is a layer. Beside them is the way of the answer: at which place it stands at each layer, and where it is decided.',
      }, {
        target: '.scrub', title: 'Look at any cell, or play the layers', state: {metric: 'probability', scale: ''},
        text: 'Bright cells answer the question above the grid. Click one for its first tokens, or press Play and watch the layers write '
            + 'the sentence one after the other.',
      },
    ],
  }, {
    key: 'says', title: 'What a layer says', steps: [
      {
        target: '.sentence', title: 'Guess first', guess: true, state: {prompt: EIFFEL},
        text: 'The model has read “The Eiffel Tower is in” and writes one word more. What would you say? Type it, press Look, and see '
            + 'whether it agrees.',
      }, {
        target: '.beside > .card', title: 'The last row is the model itself', state: {prompt: EIFFEL},
        text: 'A column belongs to the token at its head, a row to a layer. The cell at the end of the last row is what the model '
            + 'really says next; the card has what else it thought of.',
      }, {
        target: '.grid', title: 'A layer that has to stop early', state: {prompt: EIFFEL, point: 'blocks.4.hook_resid_post'},
        text: 'This is Layer 4, the fifth of eight, read as if it were the last one. It says “the”: what fits the grammar, and not yet '
            + 'the city. Reading a layer as if the model ended there is all that a logit lens is.',
      }, {
        target: '.grid', title: 'The first row says nothing new', state: {prompt: EIFFEL, point: 'embed'},
        text: 'At the embedding nothing has been computed. The token is read back, and the model is sure of it: that is the input, and no '
            + 'thought about it, so the row is muted.',
      }, {
        target: '.thread', title: 'Play on', state: {prompt: EIFFEL, metric: 'answer'},
        text: 'Beside the grid is the place of “Paris” at every layer, and Play writes the sentence as each layer would. Take another '
            + 'example, or write a prompt: this lesson waits here.',
      },
    ],
  }, {
    key: 'late', title: 'Early knowing, late correction', steps: [
      {
        target: '.thread', title: 'A short way', state: {prompt: 'import numpy as', metric: 'answer'},
        text: 'After “import numpy as” one name follows nearly always. Layer 3 puts it first, and no later layer changes that: the '
            + 'thread beside the grid says “decided” there.',
      }, {
        target: '.thread', title: 'A long way', state: {prompt: EIFFEL, metric: 'answer'},
        text: 'Here the same thread ends otherwise. Seven layers say “the”, which is good grammar and no answer; only the last one '
            + 'corrects it to “Paris”.',
      }, {
        target: '.tabbed', title: 'Known before it is said', state: {prompt: EIFFEL, tracked: [PARIS, THE], lines: 'rank', panel: 'lines'},
        text: 'But “Paris” did not come from nowhere. The lines show the places of both tokens: at Layer 5 it is second already, behind a '
            + '“the” that still leads. First choices alone hide what waits behind them.',
      }, {
        target: '.grid', title: 'Where is this one decided?', guess: true, state: {prompt: 'Big Ben is in', metric: 'klToFinal'},
        text: 'Guess the word, press Look, and then find the layer: bright cells say what the model will say. Cities after “is in” come '
            + 'late in this model; “The capital of France is” knows its city at Layer 3.',
      },
    ],
  }, {
    key: 'head', title: 'Which head moved the city?', steps: [
      {
        target: '.grid', title: 'Paris against London', state: CITIES,
        text: 'The colours compare two tokens: how far “Paris” is ahead of “London” in each cell, as a difference of logits. The card of '
            + 'the chosen cell has the number: remember it.',
      }, {
        target: '.tabbed', title: 'Who wrote it', state: {...CITIES, panel: 'why', reason: PARIS, against: LONDON, part: 'L7H3'},
        text: '“Why” takes that difference apart into what every head and MLP wrote, and adds it up again. Of the heads, L7H3 and L7H1 wrote '
            + 'most for Paris. Open them to see which tokens they looked at.',
      }, {
        target: '.beside > .card', title: 'Without it', state: {...CITIES, edits: ['zero:L7H3']},
        text: 'The run is made again with L7H3 writing nothing: “Before” and “After” switch between the two. Paris stays far ahead. The '
            + 'difference has become smaller, but by less than the head wrote: others made up for a part of it.',
      }, {
        target: '.beside > .card', title: 'Without another one', state: {...CITIES, edits: ['zero:L6H0']},
        text: 'L6H0 wrote less than L7H3, and yet without it more is lost: later parts of the model built on what it brought. What a head '
            + 'says itself and what depends on it are two questions.',
      },
    ],
  }, {
    key: 'patch', title: 'What a patch proves', steps: [
      {
        target: '.sentence', title: 'The other prompt', guess: true, state: {prompt: BRIDGE},
        text: 'A prompt of the same form, about another city. Guess it. What this run holds inside will be put into the run of the Eiffel '
            + 'Tower, piece by piece, to find out which piece carries the city.',
      }, {
        target: '.grid', title: 'The tower’s place, early', state: {...BRIDGED, edits: ['patch:L2.resid_post@4=L2.resid_post@2']},
        text: 'After Layer 2 what stands at “Tower” is replaced by what stands at “Bridge”. The answer is gone: the model says “the”. So at '
            + 'this depth the place holds something that the answer needs. London it does not bring: other tokens still say Eiffel.',
      }, {
        target: '.grid', title: 'The tower’s place, late', state: {...BRIDGED, edits: ['patch:L5.resid_post@4=L5.resid_post@2']},
        text: 'The same after Layer 5 leaves Paris in front. By then most of what matters has left this place.',
      }, {
        target: '.grid', title: 'Where it went', state: {...BRIDGED, edits: ['patch:L5-7H0-3@-1']},
        text: 'Now only what the heads of Layers 5 to 7 bring to the last token comes from the bridge, and the model says “London”. These '
            + 'heads carry the city to the end: the patch shows that it is enough to change them. Take the edit out, turn it off, or try fewer heads.',
      },
    ],
  },
];

/** What a field `lesson` of the state names: {lesson, at, step}, or undefined. */
export function lessonAt(name) {
  const [key, number] = name.split('.');
  const lesson = LESSONS.find(each => each.key === key);
  const step = lesson?.steps[Number(number) - 1];
  return step && {lesson, at: Number(number) - 1, step};
}

/** What a step of a lesson makes of a state. */
export function changesOf(lesson, at, model) {
  const {state} = lesson.steps[at];
  return {...lesson.partly ? {} : {...DEFAULTS, model}, ...state, lesson: `${lesson.key}.${at + 1}`};
}

/** Whether somebody has played on: the state says something else than the step about what the step is about. */
export function hasLeft({lesson, step}, state) {
  return !lesson.partly && ['prompt', 'edits', 'from', ...Object.keys(step.state)].some(field => !same(field, state, {...DEFAULTS, ...step.state}));
}
