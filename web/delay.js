/**
 * How far the captions are behind the voice. Pure: in come events and how much has been heard, out comes
 * a number of seconds or null.
 *
 * All times are on the session's media clock, where 0 is the first sample sent. `heard` is the end of the
 * newest captured sample: capture runs at real time, so it is "now" on that clock, and what still waits to
 * leave this device counts as delay.
 *
 * - A caption that reaches further than any before it shows what was said between the two ends. The words of
 *   that stretch come at once, the first of them late and the last of them fresh, so a word has waited, on
 *   average, since the middle of the stretch: `arrival = heard − middle`. That is the delay as a reader meets it.
 * - While words are owed (someone speaks, or spoke and the final is not there yet) and the wait for new
 *   ones, `heard − max(newest shown, beginning of this speech)`, is longer than `arrival` by over
 *   `PATIENCE`, the wait is the truth and is shown instead: a stalled server never looks quick.
 * - When nothing is owed there is no delay (null). A pause of the speaker is not one. In a breath between
 *   two sentences, shorter than `BREATH`, the number stays: it would only flicker.
 */

/** Partials come about once a second, so a wait that is longer by this much is no rhythm but a stall. */
const PATIENCE = 2;
/** Speech that brought no word within this time had none (a cough, a door). */
const WORDLESS = 10;
const BREATH = 2;
/** The detector ends speech a little after the last word; a final that reaches so near has them all. */
const ENDPOINT = 1;

/**
 * @typedef {object} Delay
 * @property {boolean} speaking
 * @property {boolean} owed words that were spoken are not all shown as final
 * @property {number} began start of the present speech
 * @property {number} stopped end of the last speech
 * @property {number} settled end of the newest final
 * @property {number} newest end of the newest words shown
 * @property {number | null} arrival age of the newest words when they appeared
 */

/** @type {Readonly<Delay>} */
export const NO_DELAY = {
  speaking: false,
  owed: false,
  began: 0,
  stopped: 0,
  settled: 0,
  newest: 0,
  arrival: null,
};

/** @param {Delay} delay @param {{started: boolean, at: number}} speech @returns {Delay} */
export function afterSpeech(delay, { started, at }) {
  if (started) return { ...delay, speaking: true, owed: true, began: delay.owed ? delay.began : at };
  const owed = delay.owed && delay.settled < at - ENDPOINT;
  return { ...delay, speaking: false, stopped: at, owed };
}

/**
 * @param {Delay} delay
 * @param {{end: number, final: boolean}} caption
 * @param {number} heard
 * @returns {Delay}
 */
export function afterCaption(delay, { end, final }, heard) {
  const now = {
    ...delay,
    owed: delay.speaking || !final,
    settled: final ? Math.max(delay.settled, end) : delay.settled,
  };
  if (end <= delay.newest) return now;
  const middle = (Math.max(delay.newest, Math.min(delay.began, end)) + end) / 2;
  return { ...now, newest: end, arrival: Math.max(0, heard - middle) };
}

/** Everything before `seconds` is accounted for by the server.
 * @param {Delay} delay @param {number} seconds @returns {Delay} */
export function afterAck(delay, seconds) {
  return !delay.speaking && seconds >= delay.stopped ? { ...delay, owed: false } : delay;
}

/** Seconds behind, or null when all that was said is shown.
 * @param {Delay} delay @param {number} heard @returns {number | null} */
export function behind(delay, heard) {
  const silent = heard - Math.max(delay.stopped, delay.newest);
  if (!delay.owed) return silent < BREATH ? delay.arrival : null;
  if (!delay.speaking && silent > WORDLESS) return null;
  const wait = Math.max(0, heard - Math.max(delay.newest, delay.began));
  if (delay.arrival === null) return wait;
  return wait > delay.arrival + PATIENCE ? wait : delay.arrival;
}
