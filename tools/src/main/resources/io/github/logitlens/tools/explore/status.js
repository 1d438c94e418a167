// What is going on, in one line that screen readers hear; what went wrong; and how far a model has loaded.

export class Status {

  constructor(line, alert, bar) {
    this.line = line;
    this.alert = alert;
    this.bar = bar;
  }

  busy() {
    document.documentElement.dataset.state = 'busy';
    this.alert.textContent = '';
  }

  /** @param progress {stage, done, of} of a long run; where nothing is done yet, nobody knows how long it takes */
  progress({stage, done, of}) {
    this.bar.hidden = false;
    if (done > 0) {
      this.bar.max = of;
      this.bar.value = done;
    } else {
      this.bar.removeAttribute('value');
    }
    this.line.textContent = stage === 'load' ? 'Loading the model…' : `Running block ${done} of ${of}…`;
  }

  /** @param spoken what is said to who does not see the page, before the text */
  done(text, spoken) {
    document.documentElement.dataset.state = 'done';
    this.bar.hidden = true;
    const heard = document.createElement('span');
    heard.className = 'unseen';
    heard.textContent = `${spoken} `;
    this.line.replaceChildren(heard, text);
  }

  say(text) {
    this.line.textContent = text;
  }

  failed(text) {
    document.documentElement.dataset.state = 'failed';
    this.bar.hidden = true;
    this.line.textContent = '';
    this.alert.textContent = text;
  }
}
