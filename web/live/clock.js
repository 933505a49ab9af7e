/** The meeting's clock as this page keeps it: 0 is where its first stream begins. Pure but for the time. */

export class Clock {
  #zero = /** @type {number | null} */ (null);

  /** Where a stream stands that began so many seconds ago.
   * @param {number} ago @returns {number} seconds */
  place(ago) {
    const began = performance.now() / 1000 - ago;
    this.#zero ??= began;
    return Math.max(0, began - this.#zero);
  }
}

/** An event of a stream on the meeting's clock.
 * @template {import("../protocol.js").ServerEvent} T
 * @param {T} event @param {number} shift seconds @param {number} rate of positions
 * @returns {T} */
export function placed(event, shift, rate) {
  const moved = { ...event };
  if ("start" in moved) Object.assign(moved, { start: moved.start + shift, end: moved.end + shift });
  if ("at" in moved) moved.at += shift;
  if ("position" in moved) moved.position += shift * rate;
  return moved;
}
