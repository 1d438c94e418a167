// Makes elements. Strings become text nodes, so nothing that comes from a prompt or a model is ever read as HTML.

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
 * Replaces an element's children by ones made anew. What had the focus hands it to the one that has its `data-key`, if there is
 * one.
 */
export function refill(host, ...children) {
  const key = host.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  host.replaceChildren(...children);
  if (key !== undefined) {
    host.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
  }
}

/** A button with a text, and a longer name for those who do not see where it stands. */
export function button(text, name, click, className = '') {
  return element('button', {type: 'button', 'aria-label': name, title: name, class: className, click}, text);
}

/** A select of {key, label}, with the chosen key. */
export function select(name, choices, chosen, change) {
  return element('select', {'aria-label': name, change: event => change(event.target.value)},
      ...choices.map(({key, label}) => element('option', {value: key, selected: key === chosen}, label)));
}

/** An explanation that opens when asked for. */
export function explanation(question, ...paragraphs) {
  return element('details', {class: 'why'}, element('summary', {}, question),
      ...paragraphs.map(paragraph => element('p', {}, paragraph)));
}

/** A menu that opens under its name; choosing closes it. */
export function menu(name, items) {
  const made = element('details', {class: 'menu'}, element('summary', {}, name));
  const close = () => made.removeAttribute('open');
  made.append(element('div', {class: 'menu-items'}, ...items.map(({label, choose, id}) =>
      element('button', {type: 'button', 'data-choice': id, click: () => { close(); choose(); }}, label))));
  made.addEventListener('keydown', event => {
    if (event.key === 'Escape' && made.open) {
      close();
      made.querySelector('summary').focus();
      event.stopPropagation();
    }
  });
  document.addEventListener('click', event => made.contains(event.target) || close());
  return made;
}
