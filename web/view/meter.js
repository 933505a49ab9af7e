/**
 * The sound level as bars: the last moments as a moving trace, or, for people who want no motion, a plain
 * scale that fills. In: root mean square of each frame, full scale 1. The bars are drawn by the style sheet.
 */

const BARS = 24;
/** Loudness at which a bar is empty, in decibels below full scale. */
const FLOOR_DB = -60;
/** Frames to a bar: about eight bars a second. */
const FRAMES = 3;

export class Meter {
  #levels = new Array(BARS).fill(0);
  #loudest = 0;
  #frames = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.bars = this.#levels.map(() => document.createElement("i"));
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    root.append(...this.bars);
  }

  /** @param {number} rms */
  show(rms) {
    this.#loudest = Math.max(this.#loudest, rms);
    this.#frames += 1;
    if (this.#frames < FRAMES) return;
    const level = loudness(this.#loudest);
    this.#frames = 0;
    this.#loudest = 0;
    this.#levels.shift();
    this.#levels.push(level);
    this.root.ariaValueNow = String(Math.round(level * 100));
    const still = this.still.matches;
    this.bars.forEach((bar, i) => {
      const height = still ? (i < level * BARS ? 0.6 : 0.08) : this.#levels[i];
      bar.style.setProperty("--level", height.toFixed(2));
    });
  }
}

/** @param {number} rms @returns {number} 0 to 1 */
function loudness(rms) {
  if (rms <= 0) return 0;
  return Math.max(0, Math.min(1, 1 - (20 * Math.log10(rms)) / FLOOR_DB));
}
