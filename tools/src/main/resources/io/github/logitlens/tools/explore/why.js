// Why the chosen position says what it says: its logit as what components wrote, what a head looked at, what a neuron promotes;
// and from each of them the change that would take it away.

import {drawArcs} from './arcs.js';
import {button, element, explanation, menu, refill, roving, select, tokenText} from './dom.js';
import {save} from './download.js';
import {isMade, toggled} from './edits.js';
import {asCommand, asCurl, asJava, asPython} from './reason-snippets.js';
import {ablation, attentionRequest, attributionRequest, cutting, neuronRequest, openPart, placeOf, seen, strongest} from './reasons.js';
import {number} from './run.js';
import {shown} from './text.js';
import {decimal, percent, signed} from './words.js';

const FEW = 12;
const FEW_KEYS = 6;

export class Why {

  /**
   * @param answers see answers.js
   * @param listen  {set(changes, history), follow(token), copy(name, text), token(id)}
   */
  constructor(host, answers, listen) {
    this.answers = answers;
    this.listen = listen;
    this.of = element('div', {class: 'why-of'});
    this.sum = element('p', {class: 'why-sum'});
    this.parts = element('ol', {class: 'parts', 'aria-label': 'What the components wrote'});
    this.more = element('button', {type: 'button', class: 'quiet', click: () => { this.all = !this.all; this.draw(); }});
    this.detail = element('section', {class: 'part-detail', 'aria-label': 'The open component'});
    this.settle = roving(this.parts, 'button');
    host.classList.add('broad', 'why-panel');
    host.append(this.of, this.sum,
        element('div', {class: 'why-columns'}, element('div', {}, this.parts, this.more), this.detail),
        element('div', {class: 'why-foot'}, this.take(), explanation('What am I seeing?',
            'The model’s logit is a sum. With the scale of the last layer norm held fixed, everything that a component wrote into this '
            + 'position’s residual stream speaks for a token or against it by a number, and the numbers add up to the logit; what '
            + 'float32 lost is told beside the sum. They say what this run added up, not what would happen without a component: later '
            + 'ones would answer otherwise. Ablate it to see.',
            'Press a head to see where it looked, an MLP for its neurons, a neuron for the tokens that it raises and lowers. '
            + 'Ablate sets what a component writes to 0 in every position; cut takes one key out of a head’s sight.')));
  }

  show(view) {
    this.view = view;
    this.draw();
  }

  draw() {
    const {view} = this;
    const request = attributionRequest(view);
    const {document, error} = this.answers.of('attribution', request);
    if (document !== undefined) {
      this.last = {document, run: view.run};
    }
    const attribution = document ?? (this.last?.run.isOfTheSame(view.run) ? this.last.document : undefined);
    this.asked = {attribution: request};
    this.heading(view, attribution);
    this.parts.parentElement.parentElement.setAttribute('aria-busy', String(document === undefined && error === undefined));
    this.sum.classList.toggle('failed', error !== undefined);
    refill(this.sum, ...error !== undefined ? [error] : attribution === undefined ? ['Being read…'] : sumOf(attribution));
    const open = openPart(view, attribution);
    this.list(view, attribution, open);
    refill(this.detail, ...attribution === undefined || open === undefined ? [] : this.opened(view, attribution, open));
  }

  // --- which logit ---

  heading({run, row, position, answer, followed, state}, attribution) {
    const tokens = new Map();
    const offer = (token, why) => token !== undefined && !tokens.has(token.id) && tokens.set(token.id, {token, why});
    offer(answer?.token, 'the answer');
    offer(run.top(row, position), 'this cell’s first choice');
    offer(run.nextToken(position), 'what follows');
    followed.forEach(({token}) => offer(token, 'followed'));
    for (const id of [state.reason, state.against]) {
      offer(id === undefined ? undefined : [attribution?.token, attribution?.versus].find(token => token?.id === id) ?? this.listen.token(id), 'asked');
    }
    const choices = [...tokens.values()].map(({token, why}) => ({key: String(token.id), label: `${shown(token)} · ${why}`}));
    const explained = String(state.reason ?? answer?.token.id ?? '');
    const key = JSON.stringify([choices, explained, state.against]);
    if (this.headed === key) {
      return;
    }
    this.headed = key;
    const reason = select('Token to explain', choices, id => this.listen.set(
        {reason: Number(id) === answer?.token.id ? undefined : Number(id), ...Number(id) === state.against && {against: undefined}}, 'push'));
    const against = select('Compared with', [{key: '', label: 'no other'}, ...choices.filter(choice => choice.key !== explained)],
        id => this.listen.set({against: id === '' ? undefined : Number(id)}, 'push'));
    reason.dataset.key = 'reason';
    against.dataset.key = 'against';
    refill(this.of, element('span', {}, 'Why '), reason, element('span', {}, ' rather than '), against,
        element('span', {class: 'faint'}, ' after ', tokenText(run.tokens[position]), ` (position ${position})`));
    reason.value = explained;
    against.value = state.against === undefined || String(state.against) === explained ? '' : String(state.against);
  }

  // --- what components wrote ---

  list({state}, attribution, open) {
    if (attribution === undefined) {
      this.parts.replaceChildren();
      this.more.hidden = true;
      return;
    }
    const all = strongest(attribution.components);
    const most = Math.abs(number(all[0].logit)) || 1;
    const few = all.filter((component, at) => this.all || at < FEW || this.stays(placeOf(component), open, state));
    refill(this.parts, ...few.map(component => this.part(component, most, open, state)));
    this.settle();
    this.more.hidden = all.length <= FEW;
    this.more.textContent = this.all ? `only the ${FEW} that say most` : `all ${all.length}`;
  }

  /** Whether a component is listed however little it says: what is open, or has been taken away. */
  stays(place, open, {edits}) {
    return place !== undefined && (place === open?.place || edits.includes(ablation(place)));
  }

  part(component, most, open, state) {
    const place = placeOf(component);
    const chosen = place !== undefined && (open?.place === place || open?.mlp === place);
    const value = number(component.logit);
    const inside = [element('span', {class: 'part-name'}, component.label), signedBar(value / most),
      element('span', {class: 'part-value'}, signed(value))];
    if (place === undefined) {
      return element('li', {class: 'part'}, element('span', {class: 'part-main'}, ...inside), element('span', {class: 'change part-none', 'aria-hidden': 'true'}, 'ablate'));
    }
    return element('li', {class: 'part'},
        element('button', {type: 'button', class: 'part-main', 'data-key': place, 'aria-pressed': String(chosen),
          'aria-label': `${component.label}: ${signed(value)}. Open it`, click: () => this.open(place)}, ...inside),
        this.change(ablation(place), 'ablate', `Ablate ${component.label}`, state));
  }

  open(place) {
    this.listen.set({part: place}, 'replace');
  }

  /** A button that makes a change, or takes it back. */
  change(edit, word, name, state) {
    const made = isMade(state, edit);
    return element('button', {type: 'button', class: 'change', 'data-key': edit, 'aria-pressed': String(made), 'aria-label': name, title: `${name}: ${edit}`,
      click: () => this.listen.set(toggled(this.view.state, edit), 'push')}, word);
  }

  // --- the open part ---

  opened(view, attribution, part) {
    if (part.head !== undefined) {
      return this.head(view, part);
    }
    const mlp = attribution.components.find(component => placeOf(component) === part.mlp);
    return mlp === undefined ? [element('p', {}, `This model has no ${part.place}.`)] : this.mlp(view, mlp, part);
  }

  head(view, part) {
    const {position, run, state} = view;
    const request = attentionRequest(view, part);
    const {document, error} = this.answers.of('attention', request);
    this.asked.attention = request;
    const title = element('h3', {}, `What ${part.place} looks at from `, tokenText(run.tokens[position]));
    if (document === undefined) {
      return [title, element('p', {class: error === undefined ? 'faint' : 'failed'}, error ?? 'Being read…')];
    }
    const keys = seen(document, position);
    const ranked = [...keys].sort((a, b) => b.weight - a.weight);
    const picture = element('div', {class: 'arcs-window'}, drawArcs(keys, position, this.detail.clientWidth, shown));
    const light = at => picture.querySelectorAll('[data-position]').forEach(each => each.classList.toggle('lit', Number(each.dataset.position) === at));
    const few = this.allKeys ? ranked : ranked.slice(0, FEW_KEYS);
    const rows = few.map(({position: at, token, weight}) => element('tr', {pointerenter: () => light(at), pointerleave: () => light(undefined),
      focusin: () => light(at), focusout: () => light(undefined)},
    element('th', {scope: 'row'}, tokenText(token), element('span', {class: 'faint'}, ` ${at}`)),
    element('td', {class: 'number metered'}, meter(weight), element('span', {}, percent(weight))),
    element('td', {}, this.change(cutting(part.place, position, at), 'cut', `Cut: ${part.place} no longer sees position ${at}, ${shown(token)}`, state))));
    const table = element('table', {class: 'keys'}, element('caption', {class: 'unseen'}, `What ${part.place} looks at from position ${position}`),
        element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, 'Token'), element('th', {scope: 'col', class: 'number'}, 'Weight'),
            element('th', {scope: 'col'}, element('span', {class: 'unseen'}, 'Change')))), element('tbody', {}, ...rows));
    const body = element('div', {}, table);
    roving(body, 'button');
    const more = element('button', {type: 'button', class: 'quiet', 'data-key': 'keys', hidden: ranked.length <= FEW_KEYS,
      click: () => { this.allKeys = !this.allKeys; this.draw(); }}, this.allKeys ? `only the ${FEW_KEYS} it looks at most` : `all ${ranked.length}`);
    queueMicrotask(() => { picture.scrollLeft = picture.scrollWidth; });
    return [title, picture, kindOf(document), body, more];
  }

  mlp(view, mlp, part) {
    const most = Math.abs(number(mlp.neurons?.[0]?.logit ?? 1)) || 1;
    const list = element('ol', {class: 'parts', 'aria-label': 'The neurons that say most'}, ...(mlp.neurons ?? []).map(neuron => {
      const place = `L${part.layer}.n${neuron.neuron}`;
      const value = number(neuron.logit);
      return element('li', {class: 'part'},
          element('button', {type: 'button', class: 'part-main', 'data-key': place, 'aria-pressed': String(part.place === place),
            title: `activation ${decimal(number(neuron.activation))}`, 'aria-label': `Neuron ${neuron.neuron}: ${signed(value)}. What it promotes`,
            click: () => this.open(place)},
          element('span', {class: 'part-name'}, `n${neuron.neuron}`), signedBar(value / most), element('span', {class: 'part-value'}, signed(value))),
          this.change(ablation(place), 'ablate', `Ablate neuron ${neuron.neuron} of layer ${part.layer}`, view.state));
    }));
    roving(list, 'button');
    return [element('h3', {}, `The neurons of ${mlp.label} that say most`), list, ...part.neuron === undefined ? [] : this.neuron(view, part)];
  }

  neuron(view, part) {
    const request = neuronRequest(view, part);
    const {document, error} = this.answers.of('neuron', request);
    this.asked.neuron = request;
    const title = element('h3', {}, `What neuron ${part.neuron} of layer ${part.layer} promotes`);
    if (document === undefined) {
      return [title, element('p', {class: error === undefined ? 'faint' : 'failed'}, error ?? 'Being read…')];
    }
    const column = (name, tokens) => {
      const list = element('ol', {class: 'promoted', 'aria-label': name}, ...tokens.map(token => element('li', {},
          element('button', {type: 'button', class: 'plain', 'data-key': `${name} ${token.id}`, title: `Follow ${shown(token)} (id ${token.id})`,
            click: () => this.listen.follow(token)}, tokenText(token)), element('span', {class: 'number faint'}, signed(number(token.logit))))));
      roving(list, 'button');
      return element('div', {}, element('h4', {}, name), list);
    };
    return [title, element('div', {class: 'promotions'}, column('raises', document.promoted), column('lowers', document.demoted))];
  }

  // --- to take away ---

  take() {
    const kinds = [{kind: 'attribution', name: 'Attribution'}, {kind: 'attention', name: 'Attention'}, {kind: 'neuron', name: 'Neuron'}];
    const forms = [
      {id: 'java', label: 'Java', text: asJava}, {id: 'command', label: 'command', text: asCommand},
      {id: 'request', label: 'JSON request', text: (_, request) => JSON.stringify(request, undefined, 2)},
      {id: 'curl', label: 'curl', text: (kind, request) => asCurl(kind, request, location.origin)},
      {id: 'python', label: 'Python', text: (kind, request) => asPython(kind, request, location.origin)},
    ];
    const asked = (kind, then) => () => this.asked?.[kind] === undefined
        ? this.listen.say(`Open ${kind === 'neuron' ? 'a neuron' : 'a head'} first.`) : then(this.asked[kind]);
    return menu('Take this away', kinds.flatMap(({kind, name}) => [
      ...forms.map(({id, label, text}) => ({id: `${kind}-${id}`, label: `${name} as ${label}`,
        choose: asked(kind, request => this.listen.copy(`${name} as ${label}`, text(kind, request)))})),
      {id: `${kind}-json`, label: `${name}: JSON file`, choose: asked(kind, request => {
        const {document} = this.answers.of(kind, request);
        if (document !== undefined) {
          save(`${kind}.json`, new Blob([`${JSON.stringify(document, undefined, 1)}\n`], {type: 'application/json'}));
        }
      })},
    ]));
  }
}

function sumOf({components, bias, sum, logit, residue, token, versus}) {
  const what = versus === undefined ? ['The logit of ', tokenText(token)] : ['How much higher the logit of ', tokenText(token), ' is than that of ', tokenText(versus)];
  return [...what, ', ', element('strong', {}, decimal(number(logit))),
    `: ${components.length} components and the last layer norm’s bias of ${decimal(number(bias))} add up to ${decimal(number(sum))}`,
    Math.abs(number(residue)) >= 0.005 ? `; ${decimal(number(residue))} was written by none of them: an edit` : `; ${Math.abs(number(residue)).toExponential(0)} was lost by float32`, '.'];
}

function kindOf({layers: [{heads: [head]}]}) {
  const shares = [[head.previous, 'on the token before'], [head.first, 'on the first'], [head.induction, 'on what followed an earlier copy']]
      .map(([value, where]) => [number(value), where]).filter(([value]) => !Number.isNaN(value));
  return element('p', {class: 'faint'}, shares.length === 0 ? 'One token sees itself only.'
      : `Over the whole prompt: ${shares.map(([value, where]) => `${percent(value)} ${where}`).join(', ')}; spread ${decimal(number(head.entropy))} nats.`);
}

/** A bar from the middle, to the right for what speaks for the token. */
function signedBar(share) {
  const fill = element('span', {class: share < 0 ? 'signed-fill against' : 'signed-fill'});
  fill.style.width = `${Math.min(1, Math.abs(share)) * 50}%`;
  return element('span', {class: 'signed-bar', 'aria-hidden': 'true'}, fill);
}

function meter(share) {
  const fill = element('div', {class: 'meter', 'aria-hidden': 'true'});
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return fill;
}
