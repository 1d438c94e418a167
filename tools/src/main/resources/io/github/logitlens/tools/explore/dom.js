// Makes elements. Strings become text nodes, so nothing that comes from a prompt or a model is ever read as HTML.

import {cellText} from './cells.js';

/** @param attributes attributes by name; a function is a listener for the event of that name; false leaves one out */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      made.addEventListener(key, value);
    } else if (value !== false && value !== undefined) {
      made.setAttribute(key, value === true ? '' : value);
    }
  }
  made.append(...children);
  return made;
}

/** A token as everywhere on the page: its leading spaces as a faint ␣, left to right, apart from the text around it. */
export function tokenText(token, className = '') {
  const {spaces, rest} = cellText(token);
  return element('bdi', {class: `token ${className}`, dir: 'ltr'},
      ...spaces === '' ? [] : [element('span', {class: 'space'}, spaces)], rest);
}

/**
 * Makes these the children of an element. What is among its children already stays the same element, in its place where that can
 * be: so it keeps the focus, and a click that has begun on it ends on it.
 */
export function arrange(host, children) {
  const wanted = new Set(children);
  for (const child of [...host.children]) {
    if (!wanted.has(child)) {
      child.remove();
    }
  }
  let next = host.firstElementChild;
  for (const child of children) {
    if (child === next) {
      next = next.nextElementSibling;
    } else {
      host.insertBefore(child, next);
    }
  }
}

/**
 * Replaces an element's children by ones made anew. What had the focus hands it to the one that has its `data-key`, or else to
 * the element itself.
 */
export function refill(host, ...children) {
  const held = host.contains(document.activeElement) && document.activeElement !== host ? document.activeElement.dataset.key : undefined;
  host.replaceChildren(...children);
  if (held !== undefined) {
    const next = host.querySelector(`[data-key="${CSS.escape(held)}"]`) ?? host;
    next.focus({preventScroll: true});
  }
}

/** A button with a text, and a longer name for those who do not see where it stands. */
export function button(text, name, click, className = '') {
  return element('button', {type: 'button', 'aria-label': name, title: name, class: className, click}, text);
}

/** A select of {key, label}. */
export function select(name, choices, change) {
  return element('select', {'aria-label': name, change: event => change(event.target.value)},
      ...choices.map(({key, label}) => element('option', {value: key}, label)));
}

/** An explanation that opens when asked for. */
export function explanation(question, ...paragraphs) {
  return element('details', {class: 'why'}, element('summary', {}, question),
      ...paragraphs.map(paragraph => element('p', {}, paragraph)));
}

/**
 * Makes the buttons in an element one stop of the Tab key: arrows, Home and End go from one to the next.
 *
 * @return a function to call when there are other buttons
 */
export function roving(host, selector) {
  const stops = () => [...host.querySelectorAll(selector)].filter(stop => !stop.disabled);
  const settle = chosen => stops().forEach(stop => { stop.tabIndex = stop === chosen ? 0 : -1; });
  host.addEventListener('keydown', event => {
    const all = stops();
    const at = all.indexOf(document.activeElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const to = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1,
    }[event.key];
    if (to !== undefined) {
      const next = all[Math.min(Math.max(to, 0), all.length - 1)];
      settle(next);
      next.focus();
      event.preventDefault();
    }
  });
  host.addEventListener('focusin', event => stops().includes(event.target) && settle(event.target));
  const again = () => {
    const all = stops();
    settle(all.find(stop => stop === document.activeElement) ?? all.find(stop => stop.tabIndex === 0) ?? all[0]);
  };
  again();
  return again;
}

/** Something that opens under its name, and closes by Escape or a click elsewhere. */
export function drop(name, ...children) {
  const made = element('details', {class: 'drop'}, element('summary', {}, name), element('div', {class: 'drop-body'}, ...children));
  made.addEventListener('keydown', event => {
    if (event.key === 'Escape' && made.open) {
      made.open = false;
      made.querySelector('summary').focus();
      event.stopPropagation();
    }
  });
  document.addEventListener('click', event => made.contains(event.target) || made.removeAttribute('open'));
  return made;
}

/** A menu that opens under its name; choosing closes it. */
export function menu(name, items) {
  const list = element('div', {class: 'menu-items'}, ...items.map(({label, choose, id}) =>
      element('button', {type: 'button', 'data-choice': id, click: () => { made.open = false; choose(); }}, label)));
  const made = drop(name, list);
  made.classList.add('menu');
  roving(list, 'button');
  return made;
}
