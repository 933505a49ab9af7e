/**
 * Plays all tracks of a meeting on one clock, that of the meeting. In: pieces of sound; out: what is heard, and
 * the moment that it is at. Each track has an `audio` of its own. The first that sounds leads, the others are
 * brought to it; where no track has sound, time goes on by itself.
 */

/** @typedef {import("./calls.js").Piece} Piece */
/** @typedef {{audio: HTMLAudioElement, pieces: Piece[], loaded: Piece | null}} Lane */

/** Seconds that tracks may drift apart before one of them is brought back. */
const DRIFT = 0.12;
/** Seconds before the end of what is loaded of a piece that grows, when the rest of it is loaded. */
const BEFORE_END = 0.25;

export class Deck {
  /** Seconds of the meeting. */
  time = 0;
  end = 0;
  rate = 1;
  playing = false;
  live = false;
  /** @type {Map<string, Lane>} */
  #lanes = new Map();
  #since = 0;
  #frame = 0;

  /** @param {(url: string) => string} source @param {() => void} changed @param {() => void} failed */
  constructor(source, changed, failed) {
    this.source = source;
    this.changed = changed;
    this.failed = failed;
  }

  /** What there is now; a piece that has grown is the same piece.
   * @param {Piece[]} pieces @param {number} end */
  show(pieces, end) {
    this.end = Math.max(end, ...pieces.map(({ start, duration }) => start + duration));
    this.live = pieces.some(({ live }) => live);
    for (const lane of this.#lanes.values()) lane.pieces = [];
    for (const piece of pieces) {
      if (piece.url) this.#lane(`${piece.session} ${piece.channel}`).pieces.push(piece);
    }
    this.#align();
    this.changed();
  }

  /** The `audio` elements. */
  get audios() {
    return [...this.#lanes.values()].map(({ audio }) => audio);
  }

  play() {
    if (this.time >= this.end - 0.05 && !this.live) this.time = 0;
    this.playing = true;
    this.#since = performance.now();
    this.#align();
    this.#tick();
    this.changed();
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.#frame);
    this.#align();
    this.changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.time = Math.min(Math.max(0, seconds), this.end);
    this.#since = performance.now();
    for (const lane of this.#lanes.values()) this.#place(lane, 0.01);
    this.#align();
    this.changed();
  }

  /** @param {number} rate */
  speed(rate) {
    this.rate = rate;
    this.#since = performance.now();
    this.#align();
    this.changed();
  }

  /** @param {string} key @returns {Lane} */
  #lane(key) {
    const known = this.#lanes.get(key);
    if (known) return known;
    const audio = new Audio();
    audio.preload = "auto";
    audio.addEventListener("error", () => this.#failed());
    const lane = { audio, pieces: [], loaded: null };
    this.#lanes.set(key, lane);
    return lane;
  }

  #failed() {
    for (const lane of this.#lanes.values()) lane.loaded = null;
    this.pause();
    this.failed();
  }

  #tick() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      if (!this.playing) return;
      this.#advance();
      if (this.time >= this.end && !this.live) {
        this.time = this.end;
        this.pause();
        return;
      }
      this.#align();
      this.changed();
      this.#tick();
    });
  }

  #advance() {
    const now = performance.now();
    const passed = ((now - this.#since) / 1000) * this.rate;
    this.#since = now;
    const here = [...this.#lanes.values()].filter((lane) => this.#piece(lane));
    const leads = here.find(({ audio }) => !audio.paused && !audio.seeking && audio.readyState > 2);
    if (leads?.loaded) this.time = leads.loaded.start + leads.audio.currentTime;
    else if (!here.length) this.time = Math.min(this.time + passed, this.end);
  }

  /** Have every track play what it has at this moment. */
  #align() {
    for (const lane of this.#lanes.values()) {
      const { audio } = lane;
      const piece = this.#piece(lane);
      if (!piece) {
        audio.pause();
        continue;
      }
      const { loaded } = lane;
      const enough = loaded?.id === piece.id && this.time < loaded.start + loaded.duration - BEFORE_END;
      if (!enough && loaded?.url !== piece.url) {
        lane.loaded = piece;
        audio.src = this.source(piece.url ?? "");
      }
      audio.playbackRate = this.rate;
      this.#place(lane, this.playing ? DRIFT * Math.max(1, this.rate) : 0.01);
      if (!this.playing) audio.pause();
      else if (audio.paused && !audio.ended) audio.play().catch((fault) => this.#refused(fault));
    }
  }

  /** @param {Error} fault */
  #refused(fault) {
    if (fault.name === "AbortError") return; // Paused, or given another piece, before it began.
    if (this.playing) this.#failed();
  }

  /** @param {Lane} lane @param {number} most seconds that it may be elsewhere */
  #place({ audio, loaded }, most) {
    if (!loaded) return;
    const wanted = this.time - loaded.start;
    if (Math.abs(audio.currentTime - wanted) > most && !(audio.seeking && this.playing && most > 0.01)) {
      audio.currentTime = Math.max(0, wanted);
    }
  }

  /** @param {Lane} lane */
  #piece({ pieces }) {
    return pieces.findLast(({ start, duration }) => start <= this.time && this.time < start + duration);
  }
}
