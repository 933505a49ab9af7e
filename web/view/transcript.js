/**
 * The captions on the page. Finals are added to a log that screen readers follow; lines that still grow
 * stand below it in a place that is not announced. Only what changed is written. The text follows the newest
 * words until the reader scrolls up, and again once the reader returns to the end.
 */

import { whoOf } from "../lines.js";
import { topOf } from "../report/steady.js";
import { made } from "./dom.js";
import { Following } from "./following.js";
import { said } from "./said.js";

/** @typedef {import("../store.js").Line} Line */
/** @typedef {import("../voice.js").Voice} Voice */

/** Part of the place that the last words keep when something appears under them. */
const STILL_SEEN = 0.35;

export class Transcript {
  /** @type {Map<string, {line: Line, who: string, language: string, node: HTMLElement}>} */
  #shown = new Map();

  /** @param {{stage: HTMLElement, log: HTMLElement, current: HTMLElement, toLive: HTMLElement}} parts */
  constructor({ stage, log, current, toLive }) {
    this.stage = stage;
    this.log = log;
    this.current = current;
    this.following = new Following(stage, toLive);
  }

  /** @param {Line[]} lines in order @param {Voice} voice
   * @param {Map<number, string>} [labels] of sources, where a line without a speaker must say its own */
  show(lines, voice, labels = new Map()) {
    const kept = new Set(lines.map(({ id }) => id));
    for (const [id, { node }] of this.#shown) {
      if (kept.has(id)) continue;
      node.remove();
      this.#shown.delete(id);
    }
    if (!lines.length) this.following.begin();
    const names = newNames(lines, labels);
    this.#place(
      this.log,
      lines.filter(({ final }) => final),
      names,
      voice,
    );
    this.#place(
      this.current,
      lines.filter(({ final }) => !final),
      names,
      voice,
    );
    this.following.follow();
  }

  /** Follow no more: the words are complete, and something stands under them. A reader who was at their end
   * sees where it begins.
   * @param {HTMLElement} under */
  rest(under) {
    const { scroller } = this;
    if (!this.following.rest()) return;
    const from = under.getBoundingClientRect().top - topOf(scroller);
    scroller.scrollTop += from - scroller.clientHeight * STILL_SEEN;
  }

  /** What scrolls the words: on a small screen the whole page, once they are complete. */
  get scroller() {
    const whole = getComputedStyle(this.stage).overflowY === "visible";
    return whole && document.scrollingElement instanceof HTMLElement ? document.scrollingElement : this.stage;
  }

  /** Bring a line into sight and mark it: the one of this id, or the one that was being said then. None when
   * it has left the page.
   * @param {string} id @param {number} seconds */
  find(id, seconds) {
    const shown = [...this.#shown.values()];
    const earlier = shown.filter(({ line }) => line.start <= seconds).sort((a, b) => b.line.start - a.line.start);
    const at = (this.#shown.get(id) ?? earlier[0])?.node;
    for (const { node } of shown) node.toggleAttribute("data-at", node === at);
    at?.scrollIntoView({ block: "center" });
    return at;
  }

  /**
   * @param {HTMLElement} parent
   * @param {Line[]} lines
   * @param {Map<string, string>} names
   * @param {Voice} voice
   */
  #place(parent, lines, names, voice) {
    let next = null;
    for (const line of lines.toReversed()) {
      const node = this.#node(line, names.get(line.id) ?? "", voice);
      if (node.parentElement !== parent || node.nextElementSibling !== next) parent.insertBefore(node, next);
      next = node;
    }
  }

  /** The element of a line: the same one as long as the line stays the same.
   * @param {Line} line @param {string} who @param {Voice} voice */
  #node(line, who, voice) {
    const shown = this.#shown.get(line.id);
    if (shown?.line === line && shown.who === who && shown.language === voice.language) return shown.node;
    const growing = shown && shown.line.final === line.final ? shown.node : null;
    const node = growing ?? document.createElement("p");
    if (shown && !growing) shown.node.remove();
    write(node, line, who, voice);
    this.#shown.set(line.id, { line, who, language: voice.language, node });
    return node;
  }
}

/** Who speaks, for the lines where that is not the one before.
 * @param {Line[]} lines @param {Map<number, string>} labels */
function newNames(lines, labels) {
  /** @type {Map<string, string>} */
  const names = new Map();
  let last = "";
  for (const line of lines) {
    const who = whoOf(line) || (labels.get(line.source) ?? "");
    if (who !== last) names.set(line.id, who);
    if (line.kind === "caption") last = who;
  }
  return names;
}

/** @param {HTMLElement} node @param {Line} line @param {string} who @param {Voice} voice */
function write(node, line, who, voice) {
  node.className = line.kind === "gap" ? "line gap" : "line";
  node.classList.toggle("doubtful", line.flags.length > 0);
  node.replaceChildren(
    made("span", "at", voice.clock(Math.floor(line.start))),
    ...(who ? [made("span", "who", who)] : []),
    said(line, voice),
    ...(line.flags.length ? [made("span", "doubt", voice.say("doubtful"))] : []),
  );
}
