/**
 * The HTTP calls of a meeting's page. In: the meeting and the token of a link, if any; out: what the server
 * answered. Each call rejects with `Refused`, or as `fetch` does when no answer comes. Nothing is kept here.
 */

import { granted } from "../api.js";
import { meetingUrls } from "../protocol.js";

/** @typedef {import("./timeline.js").Outcome} Outcome */
/** @typedef {import("./timeline.js").Slice} Slice */
/** @typedef {{id: string, title: string | null, status: string, started_at: string | null, duration: number}} Meeting */
/** @typedef {{start: number, end: number, reason?: string}} Loss */
/** @typedef {{coverage: Record<Outcome | "received", number>, slices: Slice[], intervals: Loss[], next_cursor?: number}} Coverage */
/**
 * @typedef {object} Segment
 * @property {string} id
 * @property {number} start
 * @property {number} end
 * @property {string} text
 * @property {string} language
 * @property {string} [speaker]
 * @property {string} [speaker_label]
 * @property {string} [track]
 * @property {string[]} [flags]
 * @property {number} [version]
 */
/** @typedef {{label: string, name: string | null, segments: number, seconds: number}} Speaker */
/** @typedef {{version: number, text: string, flags: string[], restored: number | null, at: string | null, by: string | null}} TextVersion */

const SLICES = 96;
const PATIENCE = { patience: 30_000 };

export class MeetingCalls {
  /** @param {string} base @param {string} meeting @param {string} token empty: the browser's cookie says who asks */
  constructor(base, meeting, token) {
    this.urls = meetingUrls(base, meeting, SLICES);
    this.token = token;
  }

  /** @returns {Promise<Meeting>} */
  meeting() {
    return this.#json(this.urls.meeting);
  }

  /** @returns {Promise<Coverage>} */
  coverage() {
    return this.#json(this.urls.coverage);
  }

  /** What was said: all, or what ends after a second of the meeting and begins before another.
   * @param {{since?: number, until?: number}} [stretch] @returns {Promise<Segment[]>} */
  async segments(stretch = {}) {
    return (await this.#json(this.urls.transcript(stretch))).segments;
  }

  /** @returns {Promise<Speaker[]>} */
  async speakers() {
    return (await this.#json(this.urls.speakers)).speakers;
  }

  /** @param {string} label @param {string | null} name null: the label itself @returns {Promise<Speaker[]>} */
  async rename(label, name) {
    return (await this.#json(this.urls.speakers, "PATCH", { names: { [label]: name } })).speakers;
  }

  /** @param {string} id @param {{version: number, text?: string, restore?: number}} change @returns {Promise<Segment>} */
  correct(id, change) {
    return this.#json(this.urls.segment(id), "PATCH", change);
  }

  /** The newest first. @param {string} id @returns {Promise<TextVersion[]>} */
  async history(id) {
    return (await this.#json(this.urls.history(id))).data;
  }

  /** A token to read the meeting with. @param {number} seconds @returns {Promise<{token: string, expires_at: string}>} */
  share(seconds) {
    return this.#json(this.urls.tokens, "POST", { scope: "view", ttl_seconds: seconds });
  }

  /** @returns {Promise<import("../meetings/calls.js").Deletion>} */
  delete() {
    return this.#json(this.urls.meeting, "DELETE");
  }

  /** @param {"transcript" | "report"} what @param {string} format @returns {Promise<Blob>} */
  async file(what, format) {
    return (await granted(this.urls.file(what, format), { patience: 120_000, token: this.token })).blob();
  }

  /** @param {string} url @param {string} [method] @param {unknown} [json] @returns {Promise<any>} */
  async #json(url, method, json) {
    return (await granted(url, { ...PATIENCE, method, json, token: this.token })).json();
  }
}
