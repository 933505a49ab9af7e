/**
 * What the player reads of a meeting: its sound, how loud it was, when each word was said. In: the page's base,
 * the meeting's id, perhaps the token of a link; out: plain data on the meeting's clock, in seconds.
 */

import { granted } from "../api.js";
import { meetingUrls, withToken } from "../protocol.js";

/** @typedef {{id: string, session: string, channel: number, start: number, duration: number, live: boolean, url: string | null}} Piece */
/** @typedef {{start: number, end: number}} Hole */
/** @typedef {{data: Piece[], missing: Hole[]}} Recordings */
/** @typedef {{duration: number, bars: number[]}} Waveform */
/** @typedef {{word: string, start: number, end: number}} Word */
/** @typedef {{id: string, start: number, end: number, words?: Word[]}} Segment */

const PATIENCE = { patience: 30_000 };

export class PlayerCalls {
  /** @param {string} base @param {string} meeting @param {string} token */
  constructor(base, meeting, token) {
    this.base = base;
    this.token = token;
    this.urls = meetingUrls(base, meeting, 1);
  }

  /** @returns {Promise<Recordings>} */
  recordings() {
    return this.#read(this.urls.recordings);
  }

  /** @param {number} bars @returns {Promise<Waveform>} */
  waveform(bars) {
    return this.#read(this.urls.waveform(bars));
  }

  /** Segments with the times of their words. @returns {Promise<Segment[]>} */
  async words() {
    return (await this.#read(this.urls.words)).segments;
  }

  /** Where an `audio` element finds a piece: it shows no key, but the cookie of the page or a token.
   * @param {string} url of the list */
  source(url) {
    return withToken(url, this.base, this.token);
  }

  /** @param {string} url @returns {Promise<any>} */
  async #read(url) {
    return (await granted(url, { ...PATIENCE, token: this.token })).json();
  }
}
