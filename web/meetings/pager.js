/**
 * A list that is read a page at a time. In: a call that gives a page after a cursor; out: its rows, appended,
 * and a button for more that presses itself when it is scrolled into sight. An answer to an older question is
 * left unused.
 */

/** @typedef {(fault: unknown, next: (() => Promise<void>) | null) => void} Fail `next` reads on; null: it was the
 * first page that could not be read */

/** @template T */
export class Pager {
  #round = 0;
  #cursor = "";
  #busy = false;
  /** @type {T[]} */
  items = [];

  /** @param {HTMLElement} more @param {HTMLElement} scroller @param {boolean} automatic
   * @param {(cursor: string) => Promise<import("./calls.js").Page<T>>} read
   * @param {(added: T[], first: boolean) => void} add @param {Fail} fail */
  constructor(more, scroller, automatic, read, add, fail) {
    this.more = more;
    this.read = read;
    this.add = add;
    this.fail = fail;
    more.addEventListener("click", () => void this.next());
    const watch = new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && void this.next(), {
      root: scroller,
      rootMargin: "400px",
    });
    if (automatic) watch.observe(more);
  }

  /** From the first page on. */
  async start() {
    this.#round += 1;
    this.#busy = false;
    this.#cursor = "";
    await this.#page(true);
  }

  /** Nothing is looked for. */
  stop() {
    this.#round += 1;
    this.items = [];
    this.more.hidden = true;
    this.add([], true);
  }

  async next() {
    if (this.#cursor && !this.#busy) await this.#page(false);
  }

  /** @param {boolean} first */
  async #page(first) {
    const round = this.#round;
    this.#busy = true;
    try {
      const page = await this.read(this.#cursor);
      if (round !== this.#round) return;
      this.#cursor = page.next_cursor ?? "";
      this.items = first ? page.data : [...this.items, ...page.data];
      this.add(page.data, first);
      this.more.hidden = !this.#cursor;
    } catch (fault) {
      if (round === this.#round) this.fail(fault, first ? null : () => this.next());
    } finally {
      if (round === this.#round) this.#busy = false;
    }
  }
}
