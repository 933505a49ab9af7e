/**
 * The transcript of a meeting as elements. In: its lines, and what a reader may do with them; out: a list that
 * the keyboard walks through as one place (arrows from line to line, then into a line). Lines stand in blocks,
 * so that the browser lays out only those in sight; many are written a few milliseconds a frame, the first at
 * once. Only what changed is written.
 */

import { whoOf } from "../lines.js";
import { button, made } from "../view/dom.js";

/** @typedef {import("../lines.js").Line} Line */
/** @typedef {import("../voice.js").Voice} Voice */
/**
 * @typedef {object} Acts what may be done with a line; null where nothing may
 * @property {(line: Line, node: HTMLElement) => void} correct
 * @property {(line: Line, from: HTMLElement) => void} rename
 */

const BLOCK = 50;
const FRAME_MS = 8;
const FIRST = 2 * BLOCK;

export class Transcript {
  /** @type {Line[]} by their beginning */
  lines = [];
  /** @type {Map<string, {line: Line, node: HTMLElement | null}>} */
  #known = new Map();
  /** How many lines from the beginning on are elements. */
  #written = 0;
  #frame = 0;
  /** @type {HTMLElement | null} the line that the keyboard is in */
  #current = null;

  /** @param {HTMLElement} root @param {(line: Line, from: HTMLElement) => void} history what a line said before
   * @param {Acts} acts */
  constructor(root, history, acts) {
    this.root = root;
    this.history = history;
    this.acts = acts;
    this.editable = false;
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("focusin", ({ target }) => this.#enter(target));
    root.addEventListener("dblclick", ({ target }) => {
      const node = target instanceof Element && target.closest(".words") ? this.nodeOf(target) : null;
      if (node) this.#correct(node);
    });
  }

  /** All lines anew, by their beginning.
   * @param {Line[]} lines @param {Voice} voice @param {boolean} editable */
  show(lines, voice, editable) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.voice = voice;
    this.editable = editable;
    this.lines = lines;
    this.#known = new Map(lines.map((line) => [line.id, { line, node: null }]));
    this.#written = 0;
    this.#current = null;
    this.root.replaceChildren();
    this.#write(FIRST);
    this.#later();
  }

  /** More lines, most of them behind all others: what is known already stays as it is.
   * @param {Line[]} lines by their beginning */
  add(lines) {
    for (const line of lines) {
      if (this.#known.has(line.id)) continue;
      if (line.start < (this.lines.at(-1)?.start ?? 0)) this.#insert(line);
      else {
        this.lines.push(line);
        this.#known.set(line.id, { line, node: null });
      }
    }
    if (!this.#written) this.#write(FIRST);
    this.#later();
  }

  /** A line that is new or other than it was.
   * @param {Line} line */
  put(line) {
    const known = this.#known.get(line.id);
    if (!known) {
      this.#insert(line);
      return;
    }
    if (known.line === line) return;
    this.lines[this.lines.indexOf(known.line)] = line;
    known.line = line;
    if (known.node) known.node = this.#replace(known.node, line);
  }

  /** A line that came to nothing.
   * @param {string} id */
  drop(id) {
    const known = this.#known.get(id);
    if (!known) return;
    const at = this.lines.indexOf(known.line);
    this.lines.splice(at, 1);
    if (at < this.#written) this.#written -= 1;
    this.#known.delete(id);
    known.node?.remove();
  }

  /** @param {string} id */
  line(id) {
    return this.#known.get(id)?.line ?? null;
  }

  /** The element of a line; all before it are written first.
   * @param {string} id */
  node(id) {
    const known = this.#known.get(id);
    if (known && !known.node) this.#write(this.lines.indexOf(known.line) + 1);
    return known?.node ?? undefined;
  }

  /** The line that was being said at a moment, or the first one.
   * @param {number} seconds */
  at(seconds) {
    const line = this.lines.findLast(({ start }) => start <= seconds) ?? this.lines[0];
    return line && this.node(line.id);
  }

  /** @param {Element} inside @returns {HTMLElement | null} */
  nodeOf(inside) {
    return inside.closest("li");
  }

  #later() {
    if (this.#written >= this.lines.length || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const until = performance.now() + FRAME_MS;
      while (this.#written < this.lines.length && performance.now() < until) this.#write(this.#written + BLOCK);
      this.#later();
    });
  }

  /** Write the lines before this place that are not written yet.
   * @param {number} end */
  #write(end) {
    const last = Math.min(end, this.lines.length);
    for (; this.#written < last; this.#written += 1) {
      const line = this.lines[this.#written];
      const node = this.#element(line, this.lines[this.#written - 1]);
      this.#set(line, node);
      this.#room().append(node);
    }
    if (!this.#current) this.#enter(this.root.querySelector("li"));
  }

  /** The last block, or a new one where that is full. */
  #room() {
    const last = this.root.lastElementChild;
    if (last && last.childElementCount < BLOCK) return last;
    const block = made("ol", "block");
    this.root.append(block);
    return block;
  }

  /** @param {Line} line */
  #insert(line) {
    const at = this.lines.findLastIndex(({ start }) => start <= line.start) + 1;
    this.lines.splice(at, 0, line);
    this.#known.set(line.id, { line, node: null });
    if (at === this.#written) this.#write(at + 1);
    else if (at < this.#written) {
      const node = this.#element(line, this.lines[at - 1]);
      this.#set(line, node);
      this.#known.get(this.lines[at + 1].id)?.node?.before(node);
      this.#written += 1;
    }
  }

  /** @param {Line} line @param {HTMLElement} node */
  #set(line, node) {
    const known = this.#known.get(line.id);
    if (known) known.node = node;
  }

  /** @param {HTMLElement} old @param {Line} line */
  #replace(old, line) {
    const node = this.#element(line, this.lines[this.lines.indexOf(line) - 1]);
    node.toggleAttribute("data-at", old.hasAttribute("data-at"));
    const focused = old.contains(document.activeElement);
    old.replaceWith(node);
    if (this.#current === old) {
      this.#current = null;
      this.#enter(node);
      if (focused) node.focus({ preventScroll: true });
    }
    return node;
  }

  /** @param {Line} line @param {Line | undefined} before */
  #element(line, before) {
    const voice = /** @type {Voice} */ (this.voice);
    const node = made("li", line.final ? "" : "growing");
    node.dataset.start = String(line.start);
    node.dataset.segment = line.id;
    node.tabIndex = -1;
    const words = made("p", "words");
    if (/^[a-z]{2,3}$/.test(line.language)) words.lang = line.language;
    words.append(...this.#who(line, before), made("span", "text", line.text));
    if (line.pending) words.append(made("span", "pending", ` ${line.pending}`));
    if (line.final && !line.text) words.append(made("span", "none", voice.say("taken_out")));
    if (line.flags.includes("suspected_hallucination")) words.append(made("span", "doubt", ` ${voice.say("doubtful")}`));
    if (line.version) words.append(" ", this.#button("versions", voice.say("corrected"), () => this.history(line, node)));
    node.append(made("span", "at", voice.clock(Math.floor(line.start))), words);
    if (this.editable && line.final) {
      const edit = this.#button("pencil", "", () => this.acts.correct(line, node));
      edit.ariaLabel = edit.title = voice.say("correct");
      node.append(edit);
    }
    return node;
  }

  /** @param {Line} line @param {Line | undefined} before */
  #who(line, before) {
    const who = whoOf(line);
    if (!who) return [];
    const again = before && whoOf(before) === who ? " again" : "";
    if (!this.editable || !line.speaker) return [made("b", `who${again}`, who), " "];
    const name = this.#button(`who${again}`, who, () => this.acts.rename(line, name));
    name.title = /** @type {Voice} */ (this.voice).say("rename");
    return [name, " "];
  }

  /** @param {string} className @param {string} text @param {() => void} act */
  #button(className, text, act) {
    const node = button(className, text, act);
    node.tabIndex = -1;
    return node;
  }

  /** One line is in the order of the Tab key, with what is in it.
   * @param {EventTarget | null} target */
  #enter(target) {
    const node = target instanceof Element ? this.nodeOf(target) : null;
    if (!node || node === this.#current) return;
    if (this.#current) tabbable(this.#current, -1);
    this.#current = node;
    tabbable(node, 0);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const node = event.target instanceof HTMLElement && event.target.tagName === "LI" ? event.target : null;
    if (!node) return;
    const line = this.line(node.dataset.segment ?? "");
    const at = line ? this.lines.indexOf(line) : -1;
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.lines.length - 1 };
    if (event.key === "Enter" || event.key === "F2") this.#correct(node);
    else if (event.key in steps && this.lines[steps[event.key]]) {
      const next = this.node(this.lines[steps[event.key]].id);
      next?.focus({ preventScroll: true });
      next?.scrollIntoView({ block: "nearest" });
    } else return;
    event.preventDefault();
  }

  /** @param {HTMLElement} node */
  #correct(node) {
    const line = this.line(node.dataset.segment ?? "");
    if (this.editable && line?.final) this.acts.correct(line, node);
  }
}

/** @param {HTMLElement} node @param {number} index */
function tabbable(node, index) {
  node.tabIndex = index;
  for (const button of node.querySelectorAll("button")) button.tabIndex = index;
}
