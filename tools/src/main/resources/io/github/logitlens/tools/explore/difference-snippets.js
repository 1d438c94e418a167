// The comparison on the page as a call, as a command and as a request: what "copy as" copies while the difference is seen.

import {secondOf} from './edits.js';
import {compareRequest} from './requests.js';
import {asCommand as runCommand, asEdit, asJava as runJava, curl, javaOptions, javaString, python, shellWord} from './snippets.js';

const COMPARE = {type: 'LensComparison', name: 'c', method: 'compare', then: 'c.difference(c.before().finalPoint(), -1).kl();'};

/** @param state as it is run, see edits.js */
export function asJava(state, tracked) {
  const {fields: {prompt = state.prompt, model, lens}} = secondOf(state);
  if (state.other === '') {
    return runJava(state, tracked, COMPARE);
  }
  const edits = state.edits.map(edit => `, ${asEdit(edit, state.from)}`).join('');
  return [
    `try (LogitLens lens = LogitLens.open(${javaString(state.model)})${model === undefined ? '' : `; LogitLens other = LogitLens.open(${javaString(model)})`}) {`,
    `    LensOptions options = ${javaOptions(state, tracked)}.keepResiduals(true);`,
    `    LensComparison c = lens.run(${javaString(state.prompt)}, options).compare(${model === undefined ? 'lens' : 'other'}.run(${javaString(prompt)},`,
    `            options${lens === undefined ? '' : `.readout(lens.readout(${javaString(lens)}))`}${edits}), Alignment.ENDS);`,
    `    ${COMPARE.then}`,
    '}',
    '',
  ].join('\n');
}

/** One command, or for two lenses a run of each, which is all that the command line has. */
export function asCommand(state, tracked, more = []) {
  const {fields: {prompt, model, lens}} = secondOf(state);
  const own = {...state, from: state.edits.length > 0 ? state.from : []};
  if (lens !== undefined) {
    return [runCommand({...own, edits: [], from: []}, tracked), runCommand({...own, lens}, tracked)].join('\n');
  }
  const command = runCommand(own, tracked, [...model === undefined ? [] : ['--model-b', shellWord(model)], ...more], 'compare');
  return prompt === undefined ? command : `${command} ${shellWord(prompt)}`;
}

/** The picture of the difference, as the command draws it, on the linear scale; of two lenses, as the server does. */
export function asPictureCommand(state, tracked, metric, origin) {
  return secondOf(state).fields.lens === undefined ? asCommand(state, tracked, ['--metric', metric, '--output', 'difference.svg'])
      : `${curl(origin, '/api/compare', {...compareRequest(state), format: 'svg', metric})} -o difference.svg`;
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
