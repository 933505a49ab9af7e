/**
 * Captions that were recorded from a server, played back in their own time, again and again. In: the address of
 * a recording, one JSON line for each event: the milliseconds since the first one, and the event as it stood on
 * the wire. Out: a `Source` that says it is recorded.
 */

import { parse } from "../protocol.js";
import { Source } from "./source.js";

/** @typedef {import("./source.js").Listener} Listener */

const AGAIN_MS = 6_000;

/** Play a recording; call the answer to stop.
 * @param {string} url @param {Listener} listener @returns {{source: Source, leave: () => void}} */
export function play(url, listener) {
  const playback = new Playback();
  playback.listeners.add(listener);
  void playback.load(url);
  return { source: playback, leave: () => playback.stop() };
}

class Playback extends Source {
  recorded = true;
  #stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;

  /** @param {string} url */
  async load(url) {
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const events = (await answer.text()).split("\n").filter(Boolean).map(read);
      if (!this.#stopped) this.#begin(events);
    } catch {
      if (!this.#stopped) this.turn("refused", { code: "recording_unreadable" });
    }
  }

  stop() {
    this.#stopped = true;
    this.listeners.clear();
    clearTimeout(this.#next);
  }

  /** @param {{at: number, event: unknown}[]} events */
  #begin(events) {
    this.empty();
    this.catchUp();
    this.turn("live");
    this.#go(events, 0, performance.now());
  }

  /** @param {{at: number, event: unknown}[]} events @param {number} index @param {number} began */
  #go(events, index, began) {
    if (index === events.length) {
      this.#next = setTimeout(() => this.#begin(events), AGAIN_MS);
      return;
    }
    const { at, event } = events[index];
    this.#next = setTimeout(
      () => {
        const parsed = parse(JSON.stringify(event));
        if (parsed) this.hear(parsed);
        if (parsed?.type === "ended") this.turn("ended");
        this.#go(events, index + 1, began);
      },
      Math.max(0, began + at - performance.now()),
    );
  }
}

/** @param {string} line @returns {{at: number, event: unknown}} */
function read(line) {
  const { at, event } = JSON.parse(line);
  return { at: Number(at), event };
}
