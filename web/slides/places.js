/**
 * Where slides stand in a transcript. In: the list of lines, each an `li` with its beginning in `data-start`, and
 * slides with theirs; out: each slide in the line that was being said when it was first shown, after its words;
 * one that was shown before anything was said stands before the first words. What changes in the list is followed.
 */

import { made } from "../view/dom.js";

/** @typedef {{at: number, node: HTMLElement}} Placed */

/** The list is written in parts: what belongs behind its end waits until it has not grown for so long. */
const CALM_MS = 300;

export class Places {
  /** @type {Placed[]} by time */
  #slides = [];
  #calm = 0;
  /** For slides of a meeting in which nothing was said. */
  #alone = made("div", "said");

  /** @param {HTMLElement} root the transcript */
  constructor(root) {
    this.root = root;
    root.after(this.#alone);
    new MutationObserver(() => this.#changed()).observe(root, { childList: true, subtree: true });
  }

  /** @param {Placed[]} slides all there are, by time */
  show(slides) {
    for (const { node } of this.#slides) if (!slides.some((one) => one.node === node)) node.remove();
    this.#slides = slides;
    this.#changed();
  }

  #changed() {
    if (!this.#slides.length) return;
    this.#place(false);
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => this.#place(true), CALM_MS);
  }

  /** @param {boolean} whole the list has its last line */
  #place(whole) {
    const lines = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("li[data-start]")]);
    const starts = lines.map((line) => Number(line.dataset.start));
    /** @type {Map<HTMLElement, {before: HTMLElement[], after: HTMLElement[]}>} */
    const places = new Map();
    for (const { at, node } of this.#slides) {
      const index = lastNotAfter(starts, at);
      if (!whole && index === lines.length - 1) continue;
      const line = lines[Math.max(0, index)] ?? this.#alone;
      const place = places.get(line) ?? { before: [], after: [] };
      (index < 0 ? place.before : place.after).push(node);
      places.set(line, place);
    }
    for (const [line, place] of places) put(line, place);
  }
}

/** The last of ascending numbers that is not greater than one, or -1.
 * @param {number[]} numbers @param {number} most */
function lastNotAfter(numbers, most) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Nothing is touched where all stands as it should.
 * @param {HTMLElement} line @param {{before: HTMLElement[], after: HTMLElement[]}} place */
function put(line, { before, after }) {
  const standing = [...line.children].filter((node) => node.classList.contains("slide"));
  const wanted = [...before, ...after];
  if (standing.length === wanted.length && standing.every((node, at) => node === wanted[at])) return;
  line.prepend(...before);
  line.append(...after);
  // Only one line of the transcript is in the order of the Tab key.
  const index = line.tagName === "LI" ? line.tabIndex : 0;
  for (const button of wanted.flatMap((node) => [...node.querySelectorAll("button")])) button.tabIndex = index;
}
