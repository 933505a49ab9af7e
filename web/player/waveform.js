/**
 * The sound of a meeting as a row of bars, on which a moment is chosen. In: how loud each part was, what is
 * missing, the moment that is heard; out: the moment that a pointer or the keyboard asks for.
 */

/** @typedef {import("./calls.js").Hole} Hole */

const STEP = 5;
const LEAP = 60;
/** Pixels of a bar with the gap behind it. */
const BAR = 4;
const QUIET = 3;

export class WaveformBar {
  /** @type {number[]} */
  #bars = [];
  /** @type {Hole[]} */
  #holes = [];
  #end = 0;
  #time = 0;

  /** @param {HTMLElement} root the slider, with a canvas in it @param {(seconds: number) => void} chosen */
  constructor(root, chosen) {
    this.root = root;
    this.chosen = chosen;
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
    root.addEventListener("pointerdown", (event) => {
      root.setPointerCapture(event.pointerId);
      this.#choose(event);
    });
    root.addEventListener("pointermove", (event) => {
      if (root.hasPointerCapture(event.pointerId)) this.#choose(event);
    });
    root.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(root);
    for (const wish of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"])
      matchMedia(wish).addEventListener("change", () => this.#draw());
  }

  /** @param {number[]} bars @param {Hole[]} holes @param {number} end */
  show(bars, holes, end) {
    this.#bars = bars;
    this.#holes = holes;
    this.#end = end;
    this.root.ariaValueMax = String(Math.ceil(end));
    this.#draw();
  }

  /** @param {number} seconds @param {string} said the same for a listener */
  at(seconds, said) {
    const before = Math.floor(this.#pixel(this.#time));
    this.#time = seconds;
    if (Math.floor(this.#pixel(seconds)) !== before) this.#draw();
    if (this.root.ariaValueText === said) return;
    this.root.ariaValueNow = String(Math.floor(seconds));
    this.root.ariaValueText = said;
  }

  /** @param {number} seconds */
  #pixel(seconds) {
    return this.#end ? (seconds / this.#end) * this.root.clientWidth : 0;
  }

  /** @param {PointerEvent} event */
  #choose(event) {
    const { left, width } = this.root.getBoundingClientRect();
    this.chosen(Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.#end);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 3 * STEP : STEP;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowRight: this.#time + step,
      ArrowUp: this.#time + step,
      ArrowLeft: this.#time - step,
      ArrowDown: this.#time - step,
      PageUp: this.#time + LEAP,
      PageDown: this.#time - LEAP,
      Home: 0,
      End: this.#end,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.chosen(moves[event.key]);
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.root;
    const { canvas } = this;
    const pen = canvas.getContext("2d");
    if (!pen || !width) return;
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    pen.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(this.root);
    const [heard, rest, lost] = ["--accent", "--control", "--stop"].map((name) => style.getPropertyValue(name));
    const played = this.#pixel(this.#time);
    const count = Math.max(1, Math.floor(width / BAR));
    for (let at = 0; at < count; at += 1) {
      const tall = Math.max(QUIET, (this.#loudest(at / count, (at + 1) / count) / 255) * (height - 8));
      pen.fillStyle = (at + 0.5) * BAR <= played ? heard : rest;
      pen.beginPath();
      pen.roundRect(at * BAR, (height - tall) / 2, BAR - 1.5, tall, 1.25);
      pen.fill();
    }
    pen.fillStyle = lost;
    for (const { start, end } of this.#holes) {
      pen.fillRect(this.#pixel(start), height - 3, Math.max(3, this.#pixel(end - start)), 3);
    }
    pen.fillStyle = heard;
    pen.fillRect(Math.min(width - 2, Math.max(0, played - 1)), 0, 2, height);
  }

  /** @param {number} begin @param {number} end as shares of the whole */
  #loudest(begin, end) {
    const { length } = this.#bars;
    const first = Math.floor(begin * length);
    return Math.max(0, ...this.#bars.slice(first, Math.max(first + 1, Math.ceil(end * length))));
  }
}
