/**
 * The widget as people see it, inside its shadow root. In: a source of captions and what the element's
 * attributes ask for. Out: the reader's wishes, by the actions given at construction. It opens no connection.
 */

import { Voice } from "../voice.js";
import { put } from "../view/dom.js";
import { Following } from "../view/following.js";
import { frame } from "./frame.js";
import { icon } from "./icons.js";
import { Log } from "./log.js";
import { SENTENCES } from "./sentences.js";

/** @typedef {import("./source.js").Source} Source */
/** @typedef {"pause" | "smaller" | "larger" | "contrast"} Wish */
/** @typedef {{paused: boolean, contrast: boolean, size: number}} Look */

/** Steps of the text's size, as in style.js. */
export const SIZES = 6;
/** Seconds without new words after which a caption bar gives the picture free. */
const QUIET_S = 12;
const TICK_MS = 500;

export class View {
  #voice = new Voice("en", SENTENCES);
  /** @type {Source | null} */
  #source = null;
  /** @type {import("./source.js").Problem | null} why there is no source */
  #missing = null;
  /** @type {Look} */
  #look = { paused: false, contrast: false, size: 2 };
  /** @type {Set<string>} lines that changed while the view was paused; bounded by the lines that there are */
  #missed = new Set();
  #newAt = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /** @param {ShadowRoot} root @param {(wish: Wish) => void} wish */
  constructor(root, wish) {
    this.parts = frame(root);
    const { buttons, place, newest, settled, growing } = this.parts;
    buttons.history.addEventListener("click", () => this.#open());
    for (const one of /** @type {const} */ (["pause", "smaller", "larger", "contrast"]))
      buttons[one].addEventListener("click", () => wish(one));
    this.following = new Following(place, newest);
    this.log = new Log({ settled, growing, written: () => this.#written() });
  }

  /** Show a source from its beginning, or, without one, why there is none.
   * @param {Source | null} source @param {import("./source.js").Problem | null} [problem] */
  show(source, problem = null) {
    this.#source = source;
    this.#missing = problem;
    this.emptied();
    if (source) this.changed(everything(source));
    this.turned();
    clearInterval(this.#ticking);
    if (source) this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  /** @param {Look} look */
  look(look) {
    const goesOn = this.#look.paused && !look.paused;
    this.#look = look;
    if (goesOn) {
      const missed = [...this.#missed];
      this.#missed.clear();
      this.changed(missed);
    }
    this.turned();
  }

  /** @param {import("../voice.js").Language} language */
  speak(language) {
    if (this.#voice.language === language && this.parts.frame.lang) return;
    this.#voice = new Voice(language, SENTENCES);
    this.parts.frame.lang = language;
    this.parts.settled.ariaLabel = this.parts.place.ariaLabel = this.#voice.say("captions");
    this.parts.growing.ariaLabel = this.#voice.say("pending");
    this.parts.tools.ariaLabel = this.#voice.say("tools");
    this.parts.title.textContent = this.#voice.say("captions");
    this.parts.demo.textContent = this.#voice.say("demo");
    this.parts.newestText.textContent = this.#voice.say("newest");
    this.show(this.#source, this.#missing);
  }

  /** @param {string[]} ids */
  changed(ids) {
    if (!this.#source) return;
    this.#newAt = performance.now();
    if (this.#look.paused) {
      for (const id of ids) this.#missed.add(id);
      this.#label();
    } else this.log.write(ids, this.#source.captions, this.#voice);
  }

  emptied() {
    this.#missed.clear();
    this.log.clear();
    this.following.begin();
  }

  /** The phase, the problem or the look is another one. */
  turned() {
    const { phase, problem, history, recorded } = this.#source ?? nothing(this.#missing);
    const voice = this.#voice;
    this.parts.frame.dataset.phase = phase;
    // What was said before is not read out; only what settles from now on is.
    this.parts.settled.ariaLive = history ? "off" : "polite";
    this.parts.demo.hidden = !recorded;
    const stage = this.#look.paused ? "paused" : recorded && phase === "live" ? "played" : phase;
    put(this.parts.status, voice.say(`phase_${stage}`));
    const known = problem && SENTENCES.en[`problem_${problem.code}`];
    put(this.parts.problem, !problem ? "" : known ? voice.say(`problem_${problem.code}`) : voice.problem(problem));
    this.parts.problem.hidden = !problem;
    put(this.parts.empty, phase === "refused" ? "" : voice.say(`empty_${phase}`));
    this.#label();
    this.#tick();
    this.#written();
  }

  #label() {
    const { paused, contrast, size } = this.#look;
    const voice = this.#voice;
    const count = [...this.#missed].filter((id) => this.#source?.captions.line(id)?.final).length;
    const pause = count ? voice.say("go_on_new", { count }) : voice.say(paused ? "go_on" : "pause");
    name(this.parts.buttons.pause, pause);
    this.parts.buttons.pause.replaceChildren(icon(paused ? "play" : "pause"), count ? String(count) : "");
    for (const one of /** @type {const} */ (["smaller", "larger", "contrast", "history"]))
      name(this.parts.buttons[one], voice.say(one));
    this.parts.buttons.contrast.ariaPressed = String(contrast);
    this.parts.buttons.history.ariaExpanded = String(this.parts.frame.hasAttribute("data-open"));
    this.parts.buttons.smaller.disabled = size === 0;
    this.parts.buttons.larger.disabled = size === SIZES - 1;
  }

  #tick() {
    const source = this.#source;
    const live = source?.phase === "live" || source?.phase === "reconnecting";
    const seconds = source && live ? source.captions.behind(performance.now() / 1000) : null;
    const late = seconds !== null && seconds >= 1 && !this.#look.paused;
    put(this.parts.delay, late ? this.#voice.say("behind", { seconds: Math.round(seconds) }) : "");
    this.parts.frame.toggleAttribute("data-quiet", performance.now() - this.#newAt > QUIET_S * 1000);
  }

  #written() {
    this.parts.left.hidden = !this.#source?.captions.left;
    put(this.parts.left, this.#voice.say("left"));
    this.parts.frame.toggleAttribute("data-empty", this.log.empty);
    this.following.follow();
  }

  #open() {
    this.parts.frame.toggleAttribute("data-open");
    this.following.begin();
    this.turned();
  }
}

/** What is told without a source.
 * @param {import("./source.js").Problem | null} problem */
function nothing(problem) {
  return { phase: problem ? "refused" : "connecting", problem, history: true, recorded: false };
}

/** @param {Source} source @returns {string[]} */
function everything({ captions }) {
  return [...captions.settled.map(({ id }) => id), ...captions.growing.keys()];
}

/** @param {HTMLElement} button @param {string} text */
function name(button, text) {
  button.ariaLabel = button.title = text;
}
