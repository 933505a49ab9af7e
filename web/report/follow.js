/**
 * When a report that is being written is asked for again: after pauses that grow, never while the page is
 * hidden, at once when it is shown again, and no longer than a person may wait. In: what asks; out: its
 * calls.
 */

const FIRST_MS = 2_000;
const MOST_MS = 15_000;
const GROWTH = 1.4;
/** How long a report is waited for while the page is shown. */
const LONGEST_MS = 20 * 60_000;

/** The pause before the next question, in milliseconds.
 * @param {number} asked how often it was asked already */
export function pause(asked) {
  return Math.min(MOST_MS, Math.round(FIRST_MS * GROWTH ** asked));
}

export class Follower {
  #on = false;
  #timer = 0;
  #asked = 0;
  #waited = 0;

  /** @param {() => Promise<void>} ask @param {() => void} giveUp it was waited for too long */
  constructor(ask, giveUp) {
    this.ask = ask;
    this.giveUp = giveUp;
  }

  /** Begin, or go on where it was begun. */
  start() {
    if (this.#on) return;
    this.#on = true;
    this.#asked = this.#waited = 0;
    document.addEventListener("visibilitychange", this.#seen);
    this.#plan();
  }

  stop() {
    this.#on = false;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  #seen = () => {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    this.#waited = 0;
    void this.#once();
  };

  #plan() {
    clearTimeout(this.#timer);
    if (!this.#on || document.hidden) return;
    if (this.#waited >= LONGEST_MS) {
      this.stop();
      this.giveUp();
      return;
    }
    const ms = pause(this.#asked);
    this.#asked += 1;
    this.#waited += ms;
    this.#timer = setTimeout(() => void this.#once(), ms);
  }

  async #once() {
    await this.ask();
    this.#plan();
  }
}
