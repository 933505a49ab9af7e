/**
 * The lines as elements. Settled lines stand in blocks, so that the browser lays out and paints only the blocks
 * that are in sight (`content-visibility`), however long the meeting; lines that grow stand below them. Only
 * what changed is written. Many lines at once are written a few milliseconds a frame, the newest first.
 */

import { whoOf } from "../lines.js";
import { made } from "../view/dom.js";
import { said } from "../view/said.js";

/** @typedef {import("../lines.js").Line} Line */
/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {import("./captions.js").Captions} Captions */

const BLOCK = 50;
const FRAME_MS = 8;
/** Every line carries these names for the style sheets of the page around the widget. */
const PARTS = { at: "time", who: "speaker", said: "text", doubt: "doubt" };

export class Log {
  /** @type {Map<string, HTMLElement>} by line */
  #nodes = new Map();
  /** @type {Set<string>} lines to be written; bounded by the lines that there are */
  #waiting = new Set();
  #frame = 0;

  /** @param {{settled: HTMLElement, growing: HTMLElement, written: () => void}} parts `written` is called after
   * each frame's work */
  constructor({ settled, growing, written }) {
    this.settled = settled;
    this.growing = growing;
    this.written = written;
  }

  /** Write these lines soon; lines that are not there any more are removed.
   * @param {Iterable<string>} ids @param {Captions} captions @param {Voice} voice */
  write(ids, captions, voice) {
    for (const id of ids) this.#waiting.add(id);
    this.captions = captions;
    this.voice = voice;
    this.#frame ||= requestAnimationFrame(() => this.#work());
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting.clear();
    this.#nodes.clear();
    this.settled.replaceChildren();
    this.growing.replaceChildren();
  }

  /** Whether there is no line, written or to be written. */
  get empty() {
    return !this.#nodes.size && !this.#waiting.size;
  }

  #work() {
    this.#frame = 0;
    const until = performance.now() + FRAME_MS;
    for (const id of [...this.#waiting].reverse()) {
      this.#waiting.delete(id);
      this.#one(id);
      if (performance.now() > until) break;
    }
    if (this.#waiting.size) this.#frame = requestAnimationFrame(() => this.#work());
    this.#nameGrowing();
    this.written();
  }

  /** @param {string} id */
  #one(id) {
    const { captions, voice } = this;
    if (!captions || !voice) return;
    const line = captions.line(id);
    const old = this.#nodes.get(id);
    if (!line) {
      this.#nodes.delete(id);
      remove(old);
      return;
    }
    const node = element(line, voice);
    this.#nodes.set(id, node);
    if (!line.final) {
      if (old) old.replaceWith(node);
      else this.growing.append(node);
      return;
    }
    const at = captions.indexOf(line);
    if (old && old.parentElement !== this.growing) old.replaceWith(node);
    else {
      remove(old);
      this.#place(node, captions.settled, at);
    }
    this.#same(captions.settled, at);
    this.#same(captions.settled, at + 1);
  }

  /** @param {HTMLElement} node @param {Line[]} lines @param {number} at */
  #place(node, lines, at) {
    const following = this.#settled(lines[at + 1]);
    if (following) {
      before(node, following);
      return;
    }
    let back = at - 1;
    while (back >= 0 && !this.#settled(lines[back])) back -= 1;
    const previous = this.#settled(lines[back]);
    if (previous) after(node, previous);
    else block(this.settled, null).append(node);
  }

  /** The element of a line that stands among the settled ones; a line may be settled and still stand below.
   * @param {Line | undefined} line */
  #settled(line) {
    const node = line && this.#nodes.get(line.id);
    return node?.parentElement && node.parentElement !== this.growing ? node : null;
  }

  /** The speaker is named where it is not the one of the line before.
   * @param {Line[]} lines @param {number} at */
  #same(lines, at) {
    const [line, last] = [lines[at], lines[at - 1]];
    const same = line && last && last.kind === "caption" && whoOf(line) === whoOf(last);
    if (line) this.#nodes.get(line.id)?.toggleAttribute("data-same", Boolean(same));
  }

  /** Lines that grow follow the newest settled one. */
  #nameGrowing() {
    if (!this.captions) return;
    const lines = [...this.captions.settled.slice(-1), ...this.captions.growing.values()];
    for (let at = lines.length - this.captions.growing.size; at < lines.length; at += 1) this.#same(lines, at);
  }
}

/** @param {Line} line @param {Voice} voice */
function element(line, voice) {
  const node = made("p", line.kind === "gap" ? "line gap" : "line");
  node.classList.toggle("doubtful", line.flags.length > 0);
  const who = whoOf(line);
  node.append(
    made("span", "at", voice.clock(Math.floor(line.start))),
    ...(who ? [made("span", "who", who)] : []),
    said(line, voice),
    ...(line.flags.length ? [made("span", "doubt", voice.say("doubtful"))] : []),
  );
  node.part.add("line", line.final ? "settled" : "growing");
  for (const child of node.children) child.part.add(PARTS[/** @type {keyof PARTS} */ (child.className)]);
  node.querySelector(".tentative")?.part.add("pending");
  return node;
}

/** @param {HTMLElement} parent @param {Element | null} next @returns {HTMLElement} a new block before `next` */
function block(parent, next) {
  const node = made("div", "block");
  parent.insertBefore(node, next);
  return node;
}

/** @param {HTMLElement} node @param {HTMLElement} next */
function before(node, next) {
  const home = /** @type {HTMLElement} */ (next.parentElement);
  const full = home.childElementCount >= BLOCK && home.firstElementChild === next;
  if (full) roomy(home.previousElementSibling, home).append(node);
  else home.insertBefore(node, next);
}

/** @param {HTMLElement} node @param {HTMLElement} previous */
function after(node, previous) {
  const home = /** @type {HTMLElement} */ (previous.parentElement);
  const full = home.childElementCount >= BLOCK && home.lastElementChild === previous;
  if (full) block(/** @type {HTMLElement} */ (home.parentElement), home.nextElementSibling).append(node);
  else previous.after(node);
}

/** The block itself when it has room, or a new one before `next`.
 * @param {Element | null} one @param {HTMLElement} next */
function roomy(one, next) {
  const room = one instanceof HTMLElement && one.childElementCount < BLOCK;
  return room ? one : block(/** @type {HTMLElement} */ (next.parentElement), next);
}

/** @param {HTMLElement | undefined} node */
function remove(node) {
  const home = node?.parentElement;
  node?.remove();
  if (home?.className === "block" && !home.childElementCount) home.remove();
}
