/**
 * The slides of a meeting, as the server has them. In: the page's base, the meeting's id, perhaps the token of a
 * link; out: plain data on the meeting's clock, in seconds, and addresses.
 */

import { granted } from "../api.js";

/** @typedef {{number: number, at: number, width: number | null, height: number | null, url: string}} Slide */

const PATIENCE = { patience: 30_000 };

export class SlideCalls {
  /** @param {string} base @param {string} meeting @param {string} token */
  constructor(base, meeting, token) {
    this.base = base;
    this.meeting = meeting;
    this.token = token;
  }

  /** By time. @returns {Promise<Slide[]>} */
  async slides() {
    const path = `v1/meetings/${encodeURIComponent(this.meeting)}/pictures?kind=slide`;
    return (await (await granted(this.#address(path), PATIENCE)).json()).data;
  }

  /** Where an `img` finds a slide: it shows no key, but the cookie of the page or a token.
   * @param {Slide} slide */
  source({ url }) {
    return this.#address(url.replace(/^\//, ""));
  }

  /** @param {string} path */
  #address(path) {
    const url = new URL(path, this.base);
    if (this.token) url.searchParams.set("token", this.token);
    return url.href;
  }
}
