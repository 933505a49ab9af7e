/**
 * The coverage bar: a meeting in equal slices, each filled by what became of its sound. In: slices and a
 * voice; out: the moment that was chosen. It is a slider, so that keys and screen readers walk over it: its
 * value is the slice, its text the time and the classes.
 */

/** @typedef {"transcribed" | "silence" | "quarantined" | "lost"} Outcome */
/** @typedef {{start: number, end: number} & Record<Outcome, number>} Slice */
/** @typedef {import("../voice.js").Voice} Voice */

/** From the ground up. @type {Outcome[]} */
export const OUTCOMES = ["transcribed", "quarantined", "lost", "silence"];
/** A step by Page Up and Page Down. */
const PAGE = 10;
/** Seconds that would be shown as 0.0. */
const NOTHING = 0.05;

export class Timeline {
  #slices = /** @type {Slice[]} */ ([]);
  #voice = /** @type {Voice | null} */ (null);
  #at = -1;

  /** @param {{bar: HTMLElement, axis: HTMLElement, readout: HTMLElement}} parts
   * @param {(seconds: number) => void} choose a moment was clicked, or Enter pressed on it */
  constructor({ bar, axis, readout }, choose) {
    this.bar = bar;
    this.axis = axis;
    this.readout = readout;
    this.choose = choose;
    bar.addEventListener("pointermove", (event) => this.#go(this.#under(event)));
    bar.addEventListener("pointerdown", (event) => this.#go(this.#under(event)));
    bar.addEventListener("click", () => this.#chosen());
    bar.addEventListener("focus", () => this.#go(Math.max(0, this.#at)));
    bar.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Slice[]} slices @param {Voice} voice */
  show(slices, voice) {
    this.#slices = slices;
    this.#voice = voice;
    this.bar.replaceChildren(...slices.map(column));
    this.bar.ariaValueMin = "0";
    this.bar.ariaValueMax = String(Math.max(0, slices.length - 1));
    const end = slices.at(-1)?.end ?? 0;
    this.axis.replaceChildren(
      ...[0, end / 2, end].map((at) => Object.assign(document.createElement("span"), { textContent: voice.clock(at) })),
    );
    this.#go(this.#at);
  }

  /** @param {PointerEvent} event */
  #under(event) {
    const box = this.bar.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * this.#slices.length);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step) this.#go(this.#at + step);
    else if (event.key === "Home") this.#go(0);
    else if (event.key === "End") this.#go(this.#slices.length - 1);
    else if (event.key === "Enter") this.#chosen();
    else return;
    event.preventDefault();
  }

  #chosen() {
    const slice = this.#slices[this.#at];
    if (slice) this.choose(slice.start);
  }

  /** @param {number} index of a slice; below 0: of none */
  #go(index) {
    const voice = this.#voice;
    if (!voice) return;
    this.bar.children[this.#at]?.removeAttribute("data-at");
    this.#at = Math.min(index, this.#slices.length - 1);
    const slice = this.#slices[this.#at];
    this.bar.children[this.#at]?.setAttribute("data-at", "");
    this.bar.ariaValueNow = String(Math.max(0, this.#at));
    this.bar.ariaValueText = slice ? moment(slice, voice) : voice.say("point");
    this.readout.textContent = this.bar.ariaValueText;
  }
}

/** @param {Slice} slice */
function column(slice) {
  const node = document.createElement("div");
  for (const outcome of OUTCOMES) {
    if (!slice[outcome]) continue;
    const part = document.createElement("i");
    part.className = outcome;
    part.style.flexGrow = String(slice[outcome]);
    node.append(part);
  }
  return node;
}

/** When and what, as one sentence.
 * @param {Slice} slice @param {Voice} voice */
function moment(slice, voice) {
  const parts = OUTCOMES.filter((outcome) => slice[outcome] >= NOTHING).map((outcome) =>
    voice.say("part", { name: voice.say(outcome).toLowerCase(), seconds: voice.seconds(slice[outcome]) }),
  );
  const fine = slice.end - slice.start < 2;
  return voice.say("moment", {
    start: clock(slice.start, voice, fine),
    end: clock(slice.end, voice, fine),
    parts: parts.join(", ") || voice.say("no_sound"),
  });
}

/** @param {number} seconds @param {Voice} voice @param {boolean} fine with tenths */
function clock(seconds, voice, fine) {
  if (!fine) return voice.clock(seconds);
  const tenths = Math.round(seconds * 10);
  const point = voice.language === "ru" ? "," : ".";
  return `${voice.clock(Math.floor(tenths / 10))}${point}${tenths % 10}`;
}
