/**
 * What the player reads of a meeting: its sound, how loud it was, when each word was said. In: the page's base,
 * the meeting's id, perhaps the token of a link; out: plain data on the meeting's clock, in seconds.
 */

import { granted } from "../api.js";

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
    this.meeting = meeting;
    this.token = token;
  }

  /** @returns {Promise<Recordings>} */
  recordings() {
    return this.#read("recordings");
  }

  /** @param {number} bars @returns {Promise<Waveform>} */
  waveform(bars) {
    return this.#read(`waveform?bars=${bars}`);
  }

  /** Segments with the times of their words. @returns {Promise<Segment[]>} */
  async words() {
    return (await this.#read("transcript?words=true")).segments;
  }

  /** Where an `audio` element finds a piece: it shows no key, but the cookie of the page or a token.
   * @param {string} url of the list */
  source(url) {
    return this.#address(url.replace(/^\//, ""));
  }

  /** @param {string} path @returns {Promise<any>} */
  async #read(path) {
    return (await granted(this.#address(`v1/meetings/${encodeURIComponent(this.meeting)}/${path}`), PATIENCE)).json();
  }

  /** @param {string} path */
  #address(path) {
    const url = new URL(path, this.base);
    if (this.token) url.searchParams.set("token", this.token);
    return url.href;
  }
}
