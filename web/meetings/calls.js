/**
 * The HTTP calls of the list of meetings. In: what is looked for; out: what the server answered. Each call
 * rejects with `Refused`, or as `fetch` does when no answer comes. Nothing is kept here.
 */

import { granted } from "../api.js";
import { listUrl, meetingUrls } from "../protocol.js";

/** @typedef {import("../protocol.js").Filter} Filter */
/**
 * @typedef {object} Meeting
 * @property {string} id
 * @property {string | null} title
 * @property {"created" | "live" | "ended"} status
 * @property {string[]} languages
 * @property {string} created_at
 * @property {string | null} started_at
 * @property {number} duration seconds
 * @property {"off" | "pending" | "ready" | "failed"} report_status
 */
/** @typedef {{text: string, match: boolean}} Part */
/**
 * @typedef {object} Hit
 * @property {{id: string, title: string | null}} meeting
 * @property {number} start where to jump to, in seconds
 * @property {string} said_at
 * @property {string | null} speaker
 * @property {string} language
 * @property {boolean} flagged
 * @property {Part[]} snippet
 */
/** @typedef {{id: string, meeting_id: string, deleted_at: string, removed: Record<string, number>, receipt: string}} Deletion */
/** @template T @typedef {{data: T[], next_cursor: string | null}} Page */

const PATIENCE = { patience: 30_000 };
const MEETINGS = 30;
const HITS = 10;

export class ListCalls {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
  }

  /** @param {Filter} filter @returns {Promise<Page<Meeting>>} */
  async meetings(filter) {
    return (await granted(listUrl(this.base, "meetings", filter, MEETINGS), PATIENCE)).json();
  }

  /** @param {Filter} filter @returns {Promise<Page<Hit>>} */
  async hits(filter) {
    return (await granted(listUrl(this.base, "search", filter, HITS), PATIENCE)).json();
  }

  /** @param {string} meeting @returns {Promise<Deletion>} */
  async delete(meeting) {
    const { meeting: url } = meetingUrls(this.base, meeting, 1);
    return (await granted(url, { ...PATIENCE, method: "DELETE" })).json();
  }
}
