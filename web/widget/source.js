/**
 * Where captions come from, as every view of them sees it: the captions so far, what is going on, and whom to
 * tell of a change. `Feed` and `Playback` say where from.
 */

import { Captions } from "./captions.js";

/** @typedef {"connecting" | "live" | "reconnecting" | "ended" | "refused"} Phase */
/** @typedef {import("../store.js").Problem} Problem */
/**
 * @typedef {object} Listener
 * @property {(ids: string[]) => void} changed lines of these ids are new, other than they were, or gone
 * @property {() => void} turned the phase or the problem is another one
 * @property {() => void} emptied all lines are gone
 */

/** Milliseconds without an event after which what was said before is taken to have been told. */
const TOLD_MS = 400;

export class Source {
  captions = new Captions();
  /** @type {Phase} */
  phase = "connecting";
  /** @type {Problem | null} */
  problem = null;
  /** Whether what comes was said before we came. */
  history = true;
  /** Whether this only plays back what was recorded. */
  recorded = false;
  /** @type {Set<Listener>} */
  listeners = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #told;

  /** @param {import("../protocol.js").ServerEvent} event */
  hear(event) {
    const ids = this.captions.hear(event, performance.now() / 1000);
    if (this.history) this.catchUp();
    if (ids.length) for (const listener of this.listeners) listener.changed(ids);
  }

  /** What was said before comes first, now or from now on. */
  catchUp() {
    this.history = true;
    clearTimeout(this.#told);
    this.#told = setTimeout(() => {
      this.history = false;
      this.captions.begin();
      this.turn(this.phase, this.problem);
    }, TOLD_MS);
  }

  /** @param {Phase} phase @param {Problem | null} [problem] */
  turn(phase, problem = null) {
    this.phase = phase;
    this.problem = problem;
    for (const listener of this.listeners) listener.turned();
  }

  empty() {
    this.captions = new Captions();
    for (const listener of this.listeners) listener.emptied();
  }
}
