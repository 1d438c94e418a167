// An attribution, a head's attention and a neuron as calls, as a command and as requests: what "copy as" copies.

import {asEdit, curl, javaString, python, shellWord} from './snippets.js';

const tokenOf = ({id}) => `TokenRef.of(${id})`;

/** @param kind `attribution`, `attention` or `neuron`, and the request of that kind */
export function asJava(kind, request) {
  const {bos, special, edits = [], from = []} = request;
  const common = `${bos ? '.bos(Bos.PREPEND)' : ''}${special ? '.specialTokens(SpecialTokens.PARSE)' : ''}`;
  const hooks = edits.length === 0 ? '' : `,\n            Hooks.of(${edits.map(edit => asEdit(edit, from)).join(', ')})`;
  const call = {
    attribution: () => `Attribution a = lens.attribute(${javaString(request.prompt)},\n            AttributionOptions.of(${tokenOf(request.token)})`
        + `${request.versus ? `.versus(${tokenOf(request.versus)})` : ''}.position(${request.position}).neurons(${request.neurons})${common}${hooks});\n`
        + '    a.strongest().getFirst();',
    attention: () => `Attention a = lens.attention(${javaString(request.prompt)},\n            AttentionOptions.defaults()`
        + `.layers(Layers.of(${request.layer})).heads(${request.head})${common}${hooks});\n    a.heads().getFirst();`,
    neuron: () => `NeuronPromotions n = lens.neuron(${request.layer}, ${request.neuron}, ${request.topK}, LayerNormMode.FROZEN);\n    n.promoted();`,
  }[kind]();
  return `try (LogitLens lens = LogitLens.open(${javaString(request.model)})) {\n    ${call}\n}\n`;
}

export function asCommand(kind, request) {
  const {model, bos, special, edits = [], from = []} = request;
  const words = {
    attribution: () => ['attribute', '--token', `id:${request.token.id}`, ...request.versus ? ['--versus', `id:${request.versus.id}`] : [],
      '--position', String(request.position), '--neurons', String(request.neurons)],
    attention: () => ['attention', '--layer', String(request.layer), '--head', String(request.head)],
    neuron: () => ['neuron', String(request.layer), String(request.neuron), '--top-k', String(request.topK)],
  }[kind]();
  const changed = [...edits.flatMap(edit => ['--edit', shellWord(edit)]), ...from.flatMap(prompt => ['--from', shellWord(prompt)])];
  return ['lens', ...words, '--model', shellWord(model), ...bos ? ['--bos'] : [], ...special ? ['--special'] : [], ...changed,
    ...request.prompt === undefined ? [] : ['--', shellWord(request.prompt)]].join(' ');
}

export function asCurl(kind, request, origin) {
  return curl(origin, `/api/${kind}`, request);
}

export function asPython(kind, request, origin) {
  return [...python(origin, `/api/${kind}`, request), 'print(json.load(urllib.request.urlopen(request)))', ''].join('\n');
}
