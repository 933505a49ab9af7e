/**
 * Captured audio between the microphone and the server's acknowledgement. Pure: frames in, frames out.
 *
 * A frame is kept after it was sent, until the server says that all before a position is stored, so that a
 * session whose socket was lost goes on without a hole. Sample indexes count what was taken in, at the
 * capture's own rate; positions on the wire are at 16 kHz.
 *
 * Bound: `seconds` of audio. Full: the oldest audio that was already sent is forgotten first (only a resume
 * could ask for it; silence then takes its place, so that time does not drift, and is counted as lost). When
 * nothing was sent, the newest frame is refused and counted as lost. Nothing is ever lost uncounted.
 */

import { CLOCK_RATE } from "./protocol.js";

const BYTES_PER_SAMPLE = 2;
/** Twice as long as a server keeps a session by default. */
export const KEPT_SECONDS = 120;

/** @typedef {{start: number, samples: number, pcm: ArrayBuffer}} Frame */

export class Backlog {
  /** @type {Frame[]} */
  #frames = [];
  #next = 0;
  #bound;
  #lost = 0;

  /** @param {number} rate samples a second @param {number} seconds the bound */
  constructor(rate, seconds = KEPT_SECONDS) {
    this.rate = rate;
    this.taken = 0;
    this.#bound = rate * seconds;
  }

  resumable = true;

  get bytesPerSecond() {
    return this.rate * BYTES_PER_SAMPLE;
  }

  /** End of the newest sample taken in, in seconds of the media clock. */
  get heard() {
    return this.taken / this.rate;
  }

  /** Seconds that were captured and will never be transcribed. */
  get lost() {
    return this.#lost / this.rate;
  }

  /** Seconds that have not been handed to the socket. */
  get unsent() {
    const frame = this.#frames[this.#next];
    return frame ? (this.taken - frame.start) / this.rate : 0;
  }

  get empty() {
    return this.#next >= this.#frames.length;
  }

  /** Take a frame of 16-bit mono PCM in.
   * @param {ArrayBuffer} pcm */
  push(pcm) {
    const samples = pcm.byteLength / BYTES_PER_SAMPLE;
    while (this.#held + samples > this.#bound && this.#next > 0) this.#drop();
    if (this.#held + samples > this.#bound) {
      this.#lost += samples;
      return;
    }
    this.#frames.push({ start: this.taken, samples, pcm });
    this.taken += samples;
  }

  /** The next frame to send, or null. */
  take() {
    return this.empty ? null : this.#frames[this.#next++].pcm;
  }

  /** All audio before `position` is stored by the server.
   * @param {number} position samples at 16 kHz */
  forget(position) {
    const index = this.#index(position);
    while (this.#next > 0 && this.#frames[0].start + this.#frames[0].samples <= index) this.#drop();
  }

  /** Send again from `position`, after a lost connection.
   * @param {number} position samples at 16 kHz */
  rewind(position) {
    const index = Math.min(this.#index(position), this.taken);
    this.#next = 0;
    while (this.#frames[0] && this.#frames[0].start + this.#frames[0].samples <= index) this.#frames.shift();
    const first = this.#frames[0];
    if (first && first.start < index) {
      const pcm = first.pcm.slice((index - first.start) * BYTES_PER_SAMPLE);
      this.#frames[0] = { start: index, samples: first.samples - (index - first.start), pcm };
    }
    this.#fill(index, first ? Math.max(first.start, index) : this.taken);
  }

  /** What is kept from `position` on, for a stream of its own, which counts from there.
   * @param {number} position samples at 16 kHz */
  rest(position) {
    this.rewind(position);
    const rest = new Backlog(this.rate, this.#bound / this.rate);
    rest.#lost = this.#lost;
    for (let pcm = this.take(); pcm; pcm = this.take()) rest.push(pcm);
    return rest;
  }

  /** Send no more than was taken in, which is all there is: capture has stopped. */
  cut() {}

  get #held() {
    return this.#frames.length ? this.taken - this.#frames[0].start : 0;
  }

  /** @param {number} position */
  #index(position) {
    return Math.floor((position * this.rate) / CLOCK_RATE);
  }

  #drop() {
    this.#frames.shift();
    this.#next -= 1;
  }

  /** Silence in place of forgotten audio, a second at a time.
   * @param {number} from @param {number} to */
  #fill(from, to) {
    const silence = [];
    for (let start = from; start < to; start += this.rate) {
      const samples = Math.min(this.rate, to - start);
      silence.push({ start, samples, pcm: new ArrayBuffer(samples * BYTES_PER_SAMPLE) });
    }
    this.#frames.unshift(...silence);
    this.#lost += Math.max(0, to - from);
  }
}
