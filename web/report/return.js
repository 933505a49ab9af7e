/**
 * The way back from quoted words to the report: a button at the lower edge of what scrolls, as long as the
 * place that the reader came from is out of sight. In: that place; out: the button, which leads there.
 */

import { button } from "../view/dom.js";

export class Return {
  #from = /** @type {HTMLElement | null} */ (null);
  #node = button("to-report", "", () => this.#go());
  #watch = new IntersectionObserver((seen) => {
    const last = seen.at(-1);
    if (last) this.#node.hidden = last.isIntersecting;
  });

  /** @param {HTMLElement} end of whose content the button is the last */
  constructor(end) {
    this.#node.hidden = true;
    end.append(this.#node);
  }

  /** @param {string} text */
  speak(text) {
    this.#node.textContent = text;
  }

  /** @param {HTMLElement} from */
  offer(from) {
    this.hide();
    this.#from = from;
    this.#watch.observe(from);
  }

  hide() {
    this.#watch.disconnect();
    this.#node.hidden = true;
  }

  #go() {
    const from = this.#from;
    this.hide();
    from?.scrollIntoView({ block: "center" });
    from?.focus({ preventScroll: true });
  }
}
