// Who speaks: the models there are, and what to know of the one that was chosen.

import {drop, element} from './dom.js';

export class About {

  /**
   * @param models of /api/info
   * @param listen model(id)
   */
  constructor(host, models, listen) {
    this.models = models;
    this.select = element('select', {name: 'model', 'aria-label': 'Model', change: () => listen(this.select.value)},
        ...models.map(model => element('option', {value: model.id, title: model.id}, model.id)));
    this.text = element('div');
    this.drop = drop('about it', this.text);
    this.drop.classList.add('about');
    host.append(this.select, this.drop);
  }

  show(id) {
    this.select.value = id;
    const model = this.models.find(each => each.id === id);
    if (model === undefined || this.shown === id) {
      return;
    }
    this.shown = id;
    this.drop.querySelector('summary').textContent = model.demonstration ? 'a demonstration' : 'about it';
    const sizes = `${model.layers} layers, ${model.nHeads} heads, dModel ${model.dModel}, ${model.nCtx} positions, `
        + `${model.vocabSize.toLocaleString('en')} tokens.`;
    this.text.replaceChildren(...model.demonstration ? [
      element('p', {}, element('strong', {}, 'This is not GPT-2. '), 'It is a small model of GPT-2’s make that comes with the lens, '
          + 'so that it can be tried without a download. It knows 973 facts by heart — capitals, landmarks, presidents, some code '
          + '— and a few simple stories; words it has never seen all look alike to it, and what it says of them means nothing.'),
      element('p', {}, sizes),
      element('p', {}, 'For the real one, once: ', element('code', {}, 'lens download gpt2'), ', then ',
          element('code', {}, 'lens explore --model gpt2'), '. A directory with its files works as well.'),
    ] : [element('p', {}, model.id), element('p', {}, sizes)]);
  }
}
