// The run as a file: what the browser makes from what it already has.

import {toFragment} from './state.js';

export function save(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function json(run) {
  return new Blob([`${JSON.stringify(run.toDocument(), undefined, 1)}\n`], {type: 'application/json'});
}

/** The page that needs no server: the server sends it empty, the run and the view are put in here. */
export async function oneFile({run, state}, address) {
  const response = await fetch('/static/one-file.html');
  const view = {address, fragment: toFragment(state)};
  const parts = {'/*RUN*/': run.toDocument(), '/*VIEW*/': view};
  const page = (await response.text()).replace(/\/\*(?:RUN|VIEW)\*\//g, place => JSON.stringify(parts[place]).replaceAll('<', '\\u003c'));
  return new Blob([page], {type: 'text/html;charset=utf-8'});
}
