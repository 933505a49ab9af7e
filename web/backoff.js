/**
 * How long to wait before a lost connection is tried again. Pure: chance comes in as a number.
 *
 * Waits double from `FIRST` to `LONGEST`, each of them half by chance, so that the pages of a server that
 * went away do not all come back at once. A server that says when to come back is not asked sooner.
 */

/** Seconds. */
export const FIRST = 0.25;
export const LONGEST = 8;

/** @param {number} attempt from 0 @param {number} retryAfter seconds, or 0 @param {number} chance 0 to 1
 * @returns {number} seconds */
export function wait(attempt, retryAfter, chance) {
  const step = Math.min(FIRST * 2 ** attempt, LONGEST);
  return retryAfter > 0 ? retryAfter + step * chance : (step * (1 + chance)) / 2;
}
