/**
 * The report of one meeting from the moment a page shows it: asked for, followed while it is written, changed
 * by its reader. In: the calls of the meeting and the reader's wishes; out: a state, told at each change. A
 * newer report waits in `fresh` while the reader is within the one shown. Knows no DOM.
 */

import { Refused } from "../api.js";
import { Follower } from "./follow.js";

/** @typedef {import("./calls.js").Answer} Answer */
/** @typedef {import("./calls.js").Changes} Changes */
/** @typedef {import("./calls.js").Item} Item */
/** @typedef {import("./calls.js").ReportCalls} ReportCalls */
/** @typedef {import("./calls.js").Wish} Wish */
/**
 * @typedef {object} State
 * @property {Answer | null} answer
 * @property {Answer | null} fresh
 * @property {number | null} pinned the version that was chosen; null: the newest
 * @property {boolean} late it was waited for too long
 * @property {import("../store.js").Problem | null} problem
 * @property {import("./calls.js").Template[]} templates
 * @property {import("./calls.js").Version[]} versions
 * @property {Map<string, number>} removed items removed on this page, with their places
 */
/** @typedef {"report" | "words"} Change the report itself, or only what is said about it */

const NOT_FOUND = 404;
const SERVER_FAULT = 500;
/** How often a report that is not stored yet is asked for again: about a minute long. */
const EARLY = 8;

export class ReportSession {
  #closed = false;
  #early = 0;
  #wished = /** @type {Wish} */ ({});
  #follower = new Follower(
    () => this.ask(),
    () => this.#set({ late: true }),
  );
  /** @type {State} */
  state = {
    answer: null,
    fresh: null,
    pinned: null,
    late: false,
    problem: null,
    templates: [],
    versions: [],
    removed: new Map(),
  };

  /** @param {ReportCalls} calls @param {(change: Change) => void} changed
   * @param {() => boolean} within whether the reader is within the report shown */
  constructor(calls, changed, within) {
    this.calls = calls;
    this.changed = changed;
    this.within = within;
  }

  close() {
    this.#closed = true;
    this.#follower.stop();
  }

  /** Read the report as it is now. */
  async ask() {
    const { pinned } = this.state;
    const answer = await this.#called(() => this.calls.read(pinned));
    if (answer && pinned === this.state.pinned) await this.#take(answer, this.within());
  }

  /** Wait for it again. */
  async askAgain() {
    this.#set({ late: false });
    await this.ask();
  }

  /** Have it written once more as it was wished. */
  retry() {
    return this.write(this.#wished);
  }

  /** @param {Wish} wish */
  async write(wish) {
    this.#wished = wish;
    const done = await this.#called(() => this.calls.write(wish).then(() => true));
    if (!done) return;
    this.#set({ pinned: null, late: false });
    const answer = await this.#called(() => this.calls.read(null));
    if (answer) await this.#take(answer, false);
  }

  /** Show one version, or the newest.
   * @param {number | null} version */
  async pin(version) {
    this.#set({ pinned: version === this.state.versions[0]?.version ? null : version });
    const answer = await this.#called(() => this.calls.read(this.state.pinned));
    if (answer) await this.#take(answer, false);
  }

  /** Show the report that waited. */
  async takeFresh() {
    const { fresh } = this.state;
    if (fresh) await this.#take(fresh, false);
  }

  /** @param {Item} item @param {Changes} changes @returns {Promise<boolean>} whether it was done */
  async edit(item, changes) {
    const done = await this.#called(() => this.calls.edit(item.id, changes).then(() => true));
    if (!done) return false;
    const place = this.#placeOf(item);
    if (changes.removed && place !== null) this.state.removed.set(item.id, place);
    const answer = await this.#called(() => this.calls.read(null));
    if (answer) await this.#take(answer, false);
    return true;
  }

  /** @param {"html" | "md"} format */
  file(format) {
    return this.#called(() => this.calls.file(format, this.state.pinned));
  }

  /** @param {Item} item */
  #placeOf({ id }) {
    for (const { items } of this.state.answer?.report.sections ?? []) {
      const place = items.findIndex((item) => item.id === id);
      if (place >= 0) return place;
    }
    return null;
  }

  /** @param {Answer} answer @param {boolean} within */
  async #take(answer, within) {
    const before = this.state.answer;
    // The time of the last change tells nothing: it moves with each part that is written.
    const same = before !== null && JSON.stringify(before.report) === JSON.stringify(answer.report);
    this.#follow(answer);
    if (same) this.#set({ answer, fresh: null });
    else if (within && before) this.#set({ fresh: answer });
    else this.#set({ answer, fresh: null }, "report");
    const known = same && before.version === answer.version && this.state.templates.length;
    if (answer.version && !known) await this.#choices();
  }

  /** One that is written is waited for; the first that is stored, for a minute.
   * @param {Answer} answer */
  #follow({ version, writing }) {
    if (!writing && version === 0) this.#early += 1;
    const early = version === 0 && this.#early <= EARLY;
    if (this.state.pinned === null && (writing || early)) this.#follower.start();
    else this.#follower.stop();
  }

  async #choices() {
    const { templates: known } = this.state;
    const found = await this.#called(() =>
      Promise.all([this.calls.versions(), known.length ? known : this.calls.templates()]),
    );
    if (found) this.#set({ versions: found[0], templates: found[1] });
  }

  /** What the server gives, or null: then it was said what went wrong.
   * @template T @param {() => Promise<T>} call @returns {Promise<T | null>} */
  async #called(call) {
    try {
      const found = await call();
      if (this.#closed) return null;
      if (this.state.problem) this.#set({ problem: null });
      return found;
    } catch (fault) {
      if (!this.#closed) this.#failed(fault);
      return null;
    }
  }

  /** @param {unknown} fault */
  #failed(fault) {
    const known = fault instanceof Refused;
    if (known && fault.status === NOT_FOUND && !this.state.answer) {
      this.#follower.stop();
      return;
    }
    if (!this.state.answer && (!known || fault.status >= SERVER_FAULT)) this.#follower.start();
    const code = known ? (fault.status === 401 ? "key" : fault.code || "refused") : "unreachable";
    this.#set({ problem: { code, message: known ? fault.message : "" } });
  }

  /** @param {Partial<State>} news @param {Change} [change] */
  #set(news, change = "words") {
    this.state = { ...this.state, ...news };
    if (!this.#closed) this.changed(change);
  }
}
