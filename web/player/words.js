/**
 * The words of the transcript, heard: the one that is spoken now is marked and kept in sight, and one that is
 * clicked is played. In: segments with the times of their words, the list of lines on the page; out: marks, and
 * moments to play. A line whose words were corrected is marked as a whole. The page's elements stay as they are.
 */

/** @typedef {import("./calls.js").Segment} Segment */
/** @typedef {{start: number, from: number, to: number}} Spot a word, and where it stands in the text of its line */

const MARK = "spoken";
const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

export class SpokenWords {
  /** @type {Segment[]} */
  #segments = [];
  /** @type {Map<string, Segment>} */
  #known = new Map();
  #now = "";
  /** @type {HTMLElement | null} */
  #line = null;
  following = true;

  /** @param {HTMLElement} root the lines @param {HTMLElement} scroller @param {(seconds: number) => void} play
   * @param {() => void} strayed the reader has scrolled away */
  constructor(root, scroller, play, strayed) {
    this.root = root;
    this.scroller = scroller;
    this.play = play;
    root.addEventListener("click", (event) => this.#clicked(event));
    for (const kind of ["wheel", "touchmove"])
      scroller.addEventListener(kind, () => this.#strays(strayed), { passive: true });
    // The scroll bar, and the keys that scroll.
    scroller.addEventListener("pointerdown", ({ target }) => target === scroller && this.#strays(strayed));
    scroller.addEventListener("keydown", ({ key }) => SCROLLING.has(key) && this.#strays(strayed));
  }

  /** @param {Segment[]} segments by their beginning */
  show(segments) {
    this.#segments = segments;
    this.#known = new Map(segments.map((segment) => [segment.id, segment]));
    this.root.toggleAttribute("data-heard", segments.length > 0);
  }

  /** Mark what is said at a moment.
   * @param {number} seconds @param {boolean} sought whether the reader is to see it */
  at(seconds, sought) {
    const segment = this.#segments.findLast(({ start, end }) => start <= seconds && seconds < end + 0.3);
    const word = segment?.words?.findLastIndex(({ start }) => start <= seconds) ?? -1;
    const line = segment ? this.#lineOf(segment.id) : null;
    const now = `${segment?.id} ${word}`;
    if (now === this.#now && line === this.#line) return;
    this.#now = now;
    this.#markLine(line);
    this.#markWord(line, segment, word);
    if (line && sought && this.following) this.#reveal(line);
  }

  /** Follow again. */
  follow() {
    this.following = true;
    if (this.#line) this.#reveal(this.#line);
  }

  /** @param {() => void} strayed */
  #strays(strayed) {
    if (!this.following) return;
    this.following = false;
    strayed();
  }

  /** @param {HTMLElement} line */
  #reveal(line) {
    const place = this.scroller.getBoundingClientRect();
    const { top, bottom } = line.getBoundingClientRect();
    if (top >= place.top + place.height * 0.1 && bottom <= place.bottom - place.height * 0.25) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    line.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
  }

  /** @param {string} id @returns {HTMLElement | null} */
  #lineOf(id) {
    return this.root.querySelector(`li[data-segment="${CSS.escape(id)}"]`);
  }

  /** @param {HTMLElement | null} line */
  #markLine(line) {
    if (this.#line !== line) this.#line?.removeAttribute("data-spoken");
    this.#line = line;
    line?.setAttribute("data-spoken", "");
  }

  /** @param {HTMLElement | null} line @param {Segment | undefined} segment @param {number} word */
  #markWord(line, segment, word) {
    if (!("highlights" in CSS)) return;
    CSS.highlights.delete(MARK);
    const spot = line && segment ? spots(textOf(line), segment)[word] : null;
    if (!line || !spot) return;
    const range = rangeOf(line, spot);
    if (range) CSS.highlights.set(MARK, new Highlight(range));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null;
    const line = target?.closest("li");
    const segment = this.#known.get(line?.dataset.segment ?? "");
    const start = segment?.start ?? Number(line?.dataset.start);
    if (!target || !line || Number.isNaN(start) || target.closest("button, a, input, textarea, [contenteditable]")) return;
    if (!document.getSelection()?.isCollapsed) return; // Text was selected, perhaps to be copied.
    const at = target.closest(".words") ? offsetAt(line, event.clientX, event.clientY) : -1;
    const found = at < 0 || !segment ? null : spots(textOf(line), segment).findLast((spot) => spot && spot.from <= at);
    if (!found && !target.closest(".words, .at")) return;
    this.following = true;
    this.play(found?.start ?? start);
  }
}

/** The text nodes of what was said in a line.
 * @param {HTMLElement} line @returns {Text[]} */
function texts(line) {
  const words = line.querySelector(".words");
  if (!words) return [];
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest(".who, .doubt, button, .words") === words
      ? NodeFilter.FILTER_ACCEPT
      : NodeFilter.FILTER_REJECT,
  );
  const found = [];
  while (walker.nextNode()) found.push(/** @type {Text} */ (walker.currentNode));
  return found;
}

/** @param {HTMLElement} line */
function textOf(line) {
  return texts(line).map(({ data }) => data).join("");
}

/** Where each word of a segment stands in a text; null for one that is not there (any more).
 * @param {string} text @param {Segment} segment @returns {(Spot | null)[]} */
export function spots(text, { words = [] }) {
  let from = 0;
  return words.map(({ word, start }) => {
    const bare = word.trim();
    const at = bare ? text.indexOf(bare, from) : -1;
    if (at < 0) return null;
    from = at + bare.length;
    return { start, from: at, to: from };
  });
}

/** @param {HTMLElement} line @param {Spot} spot */
function rangeOf(line, { from, to }) {
  const range = document.createRange();
  let before = 0;
  let begun = false;
  for (const node of texts(line)) {
    const end = before + node.length;
    if (!begun && from < end) {
      range.setStart(node, from - before);
      begun = true;
    }
    if (begun && to <= end) {
      range.setEnd(node, to - before);
      return range;
    }
    before = end;
  }
  return null;
}

/** How far into what was said a point of the page is; -1 where it is elsewhere.
 * @param {HTMLElement} line @param {number} x @param {number} y */
function offsetAt(line, x, y) {
  const position = document.caretPositionFromPoint?.(x, y);
  const range = position ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = position ? [position.offsetNode, position.offset] : [range?.startContainer, range?.startOffset];
  let before = 0;
  for (const text of texts(line)) {
    if (text === node) return before + (offset ?? 0);
    before += text.length;
  }
  return -1;
}
