// The comparison on the page as a call, as a command and as a request: what "copy as" copies while the difference is seen.

import {compareRequest} from './requests.js';
import {asCommand as runCommand, asJava as runJava, curl, python} from './snippets.js';

const COMPARE = {type: 'LensComparison', name: 'c', method: 'compare', then: 'c.difference(c.before().finalPoint(), -1).kl();'};

/** @param state as it is run, see edits.js */
export function asJava(state, tracked) {
  return runJava(state, tracked, COMPARE);
}

export function asCommand(state, tracked, more = []) {
  return runCommand(state, tracked, more, 'compare');
}

/** The picture of the difference, as the command draws it: on the linear scale. */
export function asPictureCommand(state, tracked, metric) {
  return asCommand(state, tracked, ['--metric', metric, '--output', 'difference.svg']);
}

export function asJson(state) {
  return JSON.stringify(compareRequest(state), undefined, 2);
}

export function asCurl(state, tracked, origin) {
  return curl(origin, '/api/compare', compareRequest(state));
}

export function asPython(state, tracked, origin) {
  return [
    ...python(origin, '/api/compare', compareRequest(state)),
    'lines = [json.loads(line) for line in urllib.request.urlopen(request)]',
    'rows = [reading for line in lines if line["type"] == "rows" for reading in line["readings"]]',
    'print(max(rows, key=lambda r: (r["position"], r["point"]))["kl"])',
    '',
  ].join('\n');
}
