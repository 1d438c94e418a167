// What is changed in the run, above the grid: each edit on or off, before, after and the difference, and the way back.

import {button, element, refill, roving} from './dom.js';
import {madeOf, otherOf, removed, secondOf, turned} from './edits.js';

const SHOWN = [
  {key: 'before', label: 'Before', meaning: 'The model as it is'},
  {key: 'after', label: 'After', meaning: 'With the edits'},
  {key: 'difference', label: 'Difference', meaning: 'What the edits have changed; grey is out of their reach'},
];

export class Changes {

  /**
   * @param undo   see edits.js
   * @param listen {set(changes, history)}
   */
  constructor(host, undo, listen) {
    this.host = host;
    this.undo = undo;
    this.listen = listen;
    this.list = element('ul', {class: 'edits', 'aria-label': 'Edits'});
    this.settle = roving(this.list, 'button');
    this.views = element('div', {class: 'segments', role: 'group', 'aria-label': 'What is seen of the edits'}, ...SHOWN.map(({key, label, meaning}) =>
        element('button', {type: 'button', 'data-show': key, title: meaning, click: () => listen.set({show: key}, 'push')}, label)));
    roving(this.views, 'button');
    this.back = element('button', {type: 'button', class: 'quiet', 'data-key': 'undo', title: 'Undo the last change of the edits (Ctrl+Z in this bar)',
      click: () => this.go('back')}, 'Undo');
    this.forth = element('button', {type: 'button', class: 'quiet', 'data-key': 'redo', title: 'Make it again (Ctrl+Y in this bar)',
      click: () => this.go('forth')}, 'Redo');
    host.append(element('strong', {}, 'What if'), this.list, this.views, this.back, this.forth);
    host.addEventListener('keydown', event => {
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && (key === 'z' || key === 'y')) {
        event.preventDefault();
        this.go(key === 'y' || event.shiftKey ? 'forth' : 'back');
      }
    });
  }

  go(way) {
    this.undo[way](this.state, changes => this.listen.set(changes, 'push'));
    (this.host.hidden ? undefined : [this.back, this.forth].find(each => !each.disabled) ?? this.list.querySelector('button'))?.focus();
  }

  show(state) {
    this.state = state;
    const other = otherOf(state);
    this.host.hidden = other === '' && state.edits.length === 0 && this.undo.before.length === 0 && this.undo.behind.length === 0;
    this.back.disabled = this.undo.before.length === 0;
    this.forth.disabled = this.undo.behind.length === 0;
    const shown = state.show === 'before' ? 'before' : madeOf(state).show;
    for (const segment of this.views.children) {
      segment.setAttribute('aria-pressed', String(segment.dataset.show === shown));
      segment.disabled = state.edits.length === 0 && other === '';
      segment.hidden = segment.dataset.show === 'before' && state.edits.length === 0 && other !== '';
      if (segment.dataset.show === 'after') {
        segment.textContent = state.edits.length === 0 && other !== '' ? 'This run' : 'After';
      }
    }
    refill(this.list, ...other === '' ? [] : [this.compared(state, other)], ...state.edits.map((edit, at) => this.edit(edit, at, !state.off.includes(at))));
    this.settle();
  }

  compared({from}, other) {
    const name = `compared with ${secondOf({from, other}).name}`;
    const remove = button('×', `No longer ${name}`, () => this.listen.set({other: ''}, 'push'), 'close');
    remove.dataset.key = 'remove other';
    return element('li', {class: 'edit'}, name, remove);
  }

  edit(edit, at, on) {
    const remove = button('×', `Remove ${edit}`, () => this.listen.set(removed(this.state, at), 'push'), 'close');
    remove.dataset.key = `remove ${at}`;
    return element('li', {class: on ? 'edit' : 'edit edit-off'},
        element('button', {type: 'button', class: 'plain', 'data-key': `edit ${at}`, 'aria-pressed': String(on), title: on ? 'Turn it off' : 'Turn it on',
          click: () => this.listen.set(turned(this.state, at), 'push')}, element('code', {}, edit)), remove);
  }
}
