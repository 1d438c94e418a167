// Lessons beside the page: what a step says, on to the next one, and back to it for who has played on.

import {button, element, menu, refill} from './dom.js';
import {changesOf, hasLeft, LESSONS, lessonAt} from './lessons.js';

const KEY = 'lens-toured';

export class Tour {

  /**
   * @param host   where the step is
   * @param below  where lessons are chosen
   * @param listen {set(changes, history), guess(on): whether the answer is to be guessed, model: who the lessons are about}
   */
  constructor(host, below, listen) {
    this.host = host;
    this.listen = listen;
    host.hidden = true;
    host.setAttribute('role', 'region');
    host.addEventListener('keydown', event => event.key === 'Escape' && this.end());
    below.append(menu('Learn', LESSONS.map(lesson => ({
      id: lesson.key, label: lesson.title, choose: () => this.begin(lesson),
    }))));
  }

  /** The first steps, where nobody has been before. */
  offer() {
    try {
      if (localStorage.getItem(KEY) !== null) {
        return;
      }
    } catch {
      return;
    }
    this.go(LESSONS[0], 0, 'replace');
  }

  begin(lesson) {
    this.go(lesson, 0);
    if (!lesson.steps[0].guess) {
      this.host.querySelector('.primary').focus();
    }
  }

  go(lesson, at, history = 'push') {
    this.listen.set(changesOf(lesson, at, this.listen.model), history);
  }

  /** Shows the step that the state is at, if it is at one. */
  show(state) {
    const found = lessonAt(state.lesson);
    const left = found !== undefined && hasLeft(found, state);
    const shown = `${state.lesson} ${left}`;
    if (shown === this.shown) {
      return;
    }
    const other = found?.step !== this.step;
    Object.assign(this, {shown, step: found?.step});
    this.light(left ? undefined : found?.step.target, other);
    this.host.hidden = found === undefined;
    if (found === undefined) {
      return;
    }
    const {lesson, at, step} = found;
    this.host.setAttribute('aria-label', lesson.title);
    refill(this.host,
        element('p', {class: 'tour-count'}, `${at + 1} of ${lesson.steps.length}${lesson.partly ? '' : ` · ${lesson.title}`}`),
        element('h2', {}, step.title), element('p', {}, step.text),
        element('div', {class: 'tour-buttons'}, ...this.buttons(lesson, at, left)));
    if (other) {
      this.listen.guess(step.guess === true);
    }
  }

  buttons(lesson, at, left) {
    const last = at === lesson.steps.length - 1;
    const keyed = (key, made) => { made.dataset.key = key; return made; };
    return [
      ...last && !left ? [] : [keyed('leave', button('Leave', `Leave: ${lesson.title}`, () => this.end(), 'quiet'))],
      ...at === 0 ? [] : [keyed('back', button('Back', 'Back to the step before', () => this.go(lesson, at - 1), 'quiet'))],
      ...left ? [keyed('again', button('This step again', 'This step again: back to where it was', () => this.go(lesson, at), 'quiet'))] : [],
      keyed('on', last ? button('Done', `Done: ${lesson.title}`, () => this.end(), 'primary')
          : button('Next', 'Next step', () => this.go(lesson, at + 1), 'primary')),
    ];
  }

  light(selector, scrolls) {
    document.querySelectorAll('.toured').forEach(each => each.classList.remove('toured'));
    const target = selector === undefined ? null : document.querySelector(selector);
    target?.classList.add('toured');
    if (scrolls) {
      this.scroll();
    }
  }

  /** Brings what lights up into sight. */
  scroll() {
    document.querySelector('.toured')?.scrollIntoView({block: 'nearest'});
  }

  end() {
    const held = this.host.contains(document.activeElement);
    this.listen.set({lesson: ''}, 'push');
    if (held) {
      document.querySelector('.grid-active-cell')?.focus();
    }
    try {
      localStorage.setItem(KEY, '1');
    } catch {
      // A browser that keeps nothing is shown them again.
    }
  }
}
