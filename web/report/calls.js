/**
 * The HTTP calls of one meeting's report. In: a meeting and what to do with its report; out: what the server
 * answered. Each call rejects with `Refused`, or as `fetch` does when no answer comes. Nothing is kept here.
 */

import { granted } from "../api.js";
import { reportUrls } from "../protocol.js";

/** @typedef {{segment_id: string, start_s: number, end_s: number, text: string, speaker: string}} Quote */
/** @typedef {"verbatim" | "lexical" | "recited" | "weak" | "edited"} Support */
/**
 * @typedef {object} Item
 * @property {string} id
 * @property {string} text
 * @property {Quote[]} quotes
 * @property {Support} support
 * @property {string[]} flags doubts to show
 * @property {string | null} owner
 * @property {string | null} due_text the words that name the day
 * @property {string | null} due_date
 * @property {"firm" | "tentative"} certainty
 * @property {boolean} [outdated] words that it quotes were corrected since
 */
/** @typedef {{key: string, heading: string, kind: string, items: Item[]}} Section */
/** @typedef {{section: string, item: Item, why: string}} Dropped */
/**
 * @typedef {object} Report
 * @property {string} template
 * @property {string} language
 * @property {[number, number][]} covered stretches that were read, in seconds
 * @property {string} title
 * @property {string} gist
 * @property {Section[]} sections
 * @property {Dropped[]} dropped
 * @property {{talk_time: [string, number][]}} stats
 * @property {{model: string} | null} model
 */
/**
 * @typedef {object} Answer
 * @property {number} version 0: of what was said so far, not stored
 * @property {"ok" | "partial" | "extractive" | "failed"} status
 * @property {boolean} writing a language model is writing the next one
 * @property {string | null} reason why it is not whole, or was written by no model
 * @property {boolean} writable a language model is there that could write it anew
 * @property {boolean} retryable
 * @property {Report} report
 */
/** @typedef {{version: number, status: string, template: string, created_at: string, model: string | null}} Version */
/** @typedef {{name: string, title: Record<string, string>}} Template */
/** @typedef {{text?: string, owner?: string | null, due_date?: string | null, removed?: boolean}} Changes */
/** @typedef {{template?: string, discard_edits?: boolean}} Wish */

const PATIENCE = { patience: 30_000 };
export class ReportCalls {
  /** @param {string} base @param {string} meeting @param {string} [token] of a link, which only reads */
  constructor(base, meeting, token = "") {
    this.urls = reportUrls(base, meeting);
    this.token = token;
    /** Whether whoever asks may change it. */
    this.editable = !token;
  }

  /** @param {number | null} version null: the newest @returns {Promise<Answer>} */
  async read(version) {
    const { corrected = [], ...answer } = await (await this.#call(this.#report({ version }))).json();
    for (const { items } of answer.report.sections) {
      for (const item of items) item.outdated = corrected.includes(item.id);
    }
    return answer;
  }

  /** Have a language model write a new version.
   * @param {Wish} wish */
  async write(wish) {
    await this.#call(this.urls.report, { method: "POST", json: wish });
  }

  /** @param {string} id @param {Changes} changes */
  async edit(id, changes) {
    await this.#call(this.urls.item(id), { method: "PATCH", json: changes });
  }

  /** The newest first. @returns {Promise<Version[]>} */
  async versions() {
    const { data } = await (await this.#call(this.urls.versions)).json();
    return data.sort((/** @type {Version} */ a, /** @type {Version} */ b) => b.version - a.version);
  }

  /** What it may be written anew by. @returns {Promise<Template[]>} */
  async templates() {
    if (!this.editable) return [];
    return (await (await this.#call(this.urls.templates)).json()).data;
  }

  /** The report as a file: a page to look at, or a text to keep.
   * @param {"html" | "md"} format @param {number | null} version */
  async file(format, version) {
    return (await this.#call(this.#report({ format, version }))).blob();
  }

  /** @param {Record<string, string | number | null>} query */
  #report(query) {
    const url = new URL(this.urls.report);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  /** @param {string} url @param {{method?: string, json?: unknown}} [how] */
  #call(url, how = {}) {
    return granted(url, { ...PATIENCE, ...how, token: this.token });
  }
}
