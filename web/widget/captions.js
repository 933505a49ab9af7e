/**
 * What has been said in a meeting, as a viewer knows it. Pure: events of the wire and the time go in; out come
 * the lines, the names of those that changed, and how far the captions are behind the voice.
 *
 * A viewer hears no sound, so "now" on the meeting's clock is estimated: no event can be told before it
 * happened, so the freshest one so far shows where the clock stands, and the beginning of speech, which is told
 * at once, sets it anew.
 *
 * Bound: `MOST` settled lines; the oldest leave first and are counted. Lines that grow are bounded by the server.
 */

import { NO_DELAY, afterCaption, afterSpeech, behind } from "../delay.js";
import { correctedLine, gapLine, heard, renamedLine } from "../lines.js";

/** @typedef {import("../lines.js").Line} Line */
/** @typedef {import("../protocol.js").ServerEvent} ServerEvent */

export const MOST = 20_000;

export class Captions {
  /** @type {Line[]} final, by their beginning */
  settled = [];
  /** @type {Map<string, Line>} not final, in the order in which they began to be heard */
  growing = new Map();
  /** Lines that are no longer here. */
  left = 0;
  /** The number of the newest caption seen. */
  seq = 0;
  /** @type {Map<string, Line>} */
  #final = new Map();
  /** @type {Map<string | null, import("../delay.js").Delay>} by track */
  #delays = new Map();
  /** The zero of the meeting's clock, in seconds of ours. */
  #zero = Infinity;

  /** @param {ServerEvent} event @param {number} now in seconds @returns {string[]} ids of changed lines */
  hear(event, now) {
    if (event.type === "speech") return this.#hearSpeech(event, now);
    if (event.type === "caption") return this.#hearCaption(event, now);
    if (event.type === "corrected") return this.#correct(event);
    if (event.type === "renamed") return this.#rename(event.names);
    if (event.type === "gap") return this.#settle(gapLine(event));
    return event.type === "ended" ? this.#end() : [];
  }

  /** The line of this id, or null when there is none.
   * @param {string} id */
  line(id) {
    return this.growing.get(id) ?? this.#final.get(id) ?? null;
  }

  /** Where a settled line stands.
   * @param {Line} line */
  indexOf(line) {
    let at = this.#after(line.start) - 1;
    while (at >= 0 && this.settled[at].id !== line.id) at -= 1;
    return at;
  }

  /** Seconds behind the voice, or null when all that was said is shown.
   * @param {number} now in seconds */
  behind(now) {
    const waits = [...this.#delays.values()].map((delay) => behind(delay, now - this.#zero));
    return waits.reduce((most, wait) => (wait === null ? most : Math.max(most ?? 0, wait)), null);
  }

  /** From now on lines are told as they are said: how late those before came tells nothing. */
  begin() {
    for (const [track, delay] of this.#delays) this.#delays.set(track, { ...delay, arrival: null });
  }

  /** @param {import("../protocol.js").Corrected} event @returns {string[]} */
  #correct(event) {
    const known = this.#final.get(event.segment);
    const line = correctedLine(event, known);
    if (line === known) return [];
    if (line.text) return this.#settle(line);
    this.#forget(line.id);
    return [line.id];
  }

  /** @param {Record<string, string>} names */
  #rename(names) {
    const changed = [];
    for (const line of [...this.settled, ...this.growing.values()]) {
      const now = renamedLine(line, names);
      if (now === line) continue;
      changed.push(line.id);
      if (line.final) this.#settle(now);
      else this.growing.set(line.id, now);
    }
    return changed;
  }

  /** @param {import("../protocol.js").Speech} speech @param {number} now @returns {string[]} */
  #hearSpeech(speech, now) {
    this.#zero = speech.started ? now - speech.at : Math.min(this.#zero, now - speech.at);
    this.#delays.set(speech.track, afterSpeech(this.#delays.get(speech.track) ?? NO_DELAY, speech));
    return [];
  }

  /** @param {import("../protocol.js").Caption} caption @param {number} now */
  #hearCaption(caption, now) {
    this.seq = Math.max(this.seq, caption.seq);
    this.#zero = Math.min(this.#zero, now - caption.end);
    const delay = this.#delays.get(caption.track) ?? NO_DELAY;
    this.#delays.set(caption.track, afterCaption(delay, caption, now - this.#zero));
    const known = this.line(caption.segment) ?? undefined;
    const line = heard(caption, known);
    if (line && line === known) return [];
    if (line?.final) return this.#settle(line);
    if (line) this.growing.set(line.id, line);
    else this.#forget(caption.segment);
    return [caption.segment];
  }

  /** @param {Line} line @returns {string[]} */
  #settle(line) {
    this.growing.delete(line.id);
    const known = this.#final.get(line.id);
    this.#final.set(line.id, line);
    // A line that is told again keeps its beginning, and so its place.
    if (known) this.settled[this.indexOf(known)] = line;
    else this.settled.splice(this.#after(line.start), 0, line);
    return [line.id, ...this.#prune()];
  }

  #prune() {
    const gone = this.settled.splice(0, Math.max(0, this.settled.length - MOST));
    for (const { id } of gone) this.#final.delete(id);
    this.left += gone.length;
    return gone.map(({ id }) => id);
  }

  /** @param {string} id */
  #forget(id) {
    this.growing.delete(id);
    const known = this.#final.get(id);
    if (known) this.settled.splice(this.indexOf(known), 1);
    this.#final.delete(id);
  }

  /** Nothing grows any more: what is committed stays. */
  #end() {
    const last = [...this.growing.values()];
    this.growing.clear();
    for (const line of last) if (line.text) this.#settle({ ...line, pending: "", final: true });
    this.#delays.clear();
    return last.map(({ id }) => id);
  }

  /** How many settled lines begin at `start` or before.
   * @param {number} start */
  #after(start) {
    let [low, high] = [0, this.settled.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.settled[middle].start <= start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
