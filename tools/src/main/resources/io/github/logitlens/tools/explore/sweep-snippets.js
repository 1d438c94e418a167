// A sweep as a call, as a command and as a request: what "copy as" copies.

import {curl, javaString, python, shellWord} from './snippets.js';

const SITES = {resid_pre: 'RESID_PRE', attn_out: 'ATTN_OUT', mlp_out: 'MLP_OUT', head: 'HEAD'};

const tokenOf = ({id}) => `TokenRef.of(${id})`;

/** @param request see sweeps.js */
export function asJava(request) {
  const {prompt, corrupted, token, versus, sites, bos, special} = request;
  const metric = versus === undefined ? `logit(${tokenOf(token)})` : `logitDifference(${tokenOf(token)}, ${tokenOf(versus)})`;
  const options = `SweepOptions.of(SweepMetric.${metric}).sites(${sites.map(site => `SweepSite.${SITES[site]}`).join(', ')})`
      + `${corrupted === undefined ? '' : '.direction(PatchDirection.NOISE)'}${bos ? '.bos(Bos.PREPEND)' : ''}${special ? '.specialTokens(SpecialTokens.PARSE)' : ''}`;
  const call = corrupted === undefined ? `ablate(Prompt.of(${javaString(prompt)}),` : `sweep(${javaString(prompt)}, ${javaString(corrupted)},`;
  return [
    `try (LogitLens lens = LogitLens.open(${javaString(request.model)})) {`,
    `    Sweep sweep = lens.${call}`,
    `            ${options});`,
    '    sweep.strongest().getFirst();',
    '}',
    '',
  ].join('\n');
}

export function asCommand(request) {
  const {prompt, corrupted, token, versus, sites, bos, special} = request;
  return ['lens', corrupted === undefined ? 'ablate' : 'patch', '--model', shellWord(request.model), '--token', `id:${token.id}`,
    ...versus === undefined ? [] : ['--versus', `id:${versus.id}`], '--sites', sites.join(','), ...corrupted === undefined ? [] : ['--direction', 'noise'],
    ...bos ? ['--bos'] : [], ...special ? ['--special'] : [], '--', shellWord(prompt), ...corrupted === undefined ? [] : [shellWord(corrupted)]].join(' ');
}

export function asCurl(request, origin) {
  return curl(origin, '/api/sweep', request);
}

export function asPython(request, origin) {
  return [
    ...python(origin, '/api/sweep', request),
    'lines = [json.loads(line) for line in urllib.request.urlopen(request)]',
    'cells = [cell for line in lines if line["type"] == "cells" for cell in line["cells"]]',
    'print(max(cells, key=lambda cell: abs(cell["effect"])))',
    '',
  ].join('\n');
}
