/**
 * The page's state and the one function that changes it. Knows no DOM, no socket and no clock.
 *
 * In: events of the wire (`protocol.js`) and of this device. Out: a new state for each. The rules of captions
 * live here and in `lines.js`: lines stand in the order of their beginning; a replayed event changes nothing;
 * after a lost connection, lines whose audio is sent again give way to what the server now hears in their place.
 */

import { NO_DELAY, afterAck, afterCaption, afterSpeech } from "./delay.js";
import { gapLine, heard } from "./lines.js";
import { CLOCK_RATE } from "./protocol.js";

/** Lines kept on the page. Beyond it the oldest leave the page (not the transcript) and are counted. */
export const MOST_LINES = 3000;

/** @typedef {import("./protocol.js").ServerEvent} ServerEvent */
/** @typedef {"idle" | "asking" | "connecting" | "live" | "reconnecting" | "stopping" | "ended"} Phase */
/** @typedef {{code: string, message?: string, seconds?: number | null}} Problem */
/** @typedef {{kind: "microphone" | "file", name: string, audible: boolean}} Source */
/** @typedef {import("./lines.js").Line} Line */
/**
 * @typedef {object} State
 * @property {Phase} phase
 * @property {Problem | null} problem
 * @property {boolean} askKey the server wants a key
 * @property {Source} source
 * @property {string | null} meeting
 * @property {Line[]} lines
 * @property {number} pruned lines that left the page
 * @property {import("./delay.js").Delay} delay
 * @property {number} heard seconds captured
 * @property {number | null} progress of a file, 0 to 1
 * @property {number} lost seconds that never reached the server
 * @property {boolean} slow the network takes less than is spoken
 * @property {boolean} quiet no sound reaches the page
 * @property {import("./protocol.js").Load} load
 * @property {import("./protocol.js").Ended | null} ended
 */

/**
 * @typedef {{type: "begin", source: Source}
 *   | {type: "phase", phase: Phase}
 *   | {type: "problem", problem: Problem}
 *   | {type: "closed", problem: Problem | null}
 *   | {type: "tick", heard: number, progress: number | null, lost: number, slow: boolean, quiet: boolean}
 *   | {type: "key"}
 *   | {type: "audible", audible: boolean}} DeviceEvent
 */
/** @typedef {DeviceEvent | ServerEvent} PageEvent */

/** @type {Readonly<State>} */
export const IDLE = {
  phase: "idle",
  problem: null,
  askKey: false,
  source: { kind: "microphone", name: "", audible: false },
  meeting: null,
  lines: [],
  pruned: 0,
  delay: NO_DELAY,
  heard: 0,
  progress: null,
  lost: 0,
  slow: false,
  quiet: false,
  load: "normal",
  ended: null,
};

/** @param {State} state @param {PageEvent} event @returns {State} */
export function reduce(state, event) {
  switch (event.type) {
    case "begin":
      return { ...IDLE, phase: "asking", source: event.source };
    case "phase":
      return { ...state, phase: event.phase };
    case "problem":
      return { ...state, problem: event.problem };
    case "closed":
      return close(state, event.problem);
    case "tick":
      return tick(state, event);
    case "key":
      return { ...state, askKey: false, problem: null };
    case "audible":
      return { ...state, source: { ...state.source, audible: event.audible } };
    case "ready":
      return { ...state, phase: "live", meeting: event.meeting };
    case "speech":
      return { ...state, delay: afterSpeech(state.delay, event) };
    case "caption":
      return hearCaption(state, event);
    case "ack":
      return { ...state, delay: afterAck(state.delay, event.position / CLOCK_RATE) };
    case "gap":
      return withLine(state, gapLine(event));
    case "load":
      return { ...state, load: event.level };
    case "resumed":
      return { ...state, lines: state.lines.map((line) => doubted(line, event.position / CLOCK_RATE)) };
    case "ended":
      return { ...state, ended: event, lines: state.lines.filter(({ stale }) => !stale) };
    case "error":
      return { ...state, problem: { code: event.code, message: event.message, seconds: event.retryAfter } };
    default:
      return state;
  }
}

/** @param {State} state @param {Problem | null} problem @returns {State} */
function close(state, problem) {
  const askKey = problem !== null && ["key_needed", "key_wrong"].includes(problem.code);
  const lines = state.lines
    .filter((line) => line.text)
    .map((line) => ({ ...line, pending: "", final: true }));
  const phase = state.meeting ? "ended" : "idle";
  return { ...state, phase, lines, askKey, problem: problem ?? state.problem, slow: false, quiet: false };
}

/** @param {State} state @param {Extract<DeviceEvent, {type: "tick"}>} event @returns {State} */
function tick(state, { heard, progress, lost, slow, quiet }) {
  return { ...state, heard, progress, lost, slow, quiet };
}

/** @param {State} state @param {import("./protocol.js").Caption} caption @returns {State} */
function hearCaption(state, caption) {
  const delay = afterCaption(state.delay, caption, state.heard);
  const known = state.lines.find((line) => line.id === caption.segment);
  const line = heard(caption, known);
  if (line && line === known) return { ...state, delay };
  if (!line) return { ...state, delay, lines: state.lines.filter(({ id }) => id !== caption.segment) };
  return withLine({ ...state, delay, lines: withoutStale(state.lines, line) }, line);
}

/** A server that was killed hears again what it had not stored, perhaps as other segments.
 * @param {Line} line @param {number} position in seconds, from which audio is sent again @returns {Line} */
function doubted(line, position) {
  return line.kind === "caption" && (line.start + line.end) / 2 > position ? { ...line, stale: true } : line;
}

/** A new line takes the place of doubted ones of the same time that were not told again.
 * @param {Line[]} lines @param {Line} line */
function withoutStale(lines, { id, start, end, track }) {
  if (!lines.some(({ stale }) => stale)) return lines;
  return lines.filter(
    (other) =>
      !other.stale || other.id === id || other.track !== track || other.start >= end || other.end <= start,
  );
}

/** Put a line in its place; the search runs from the end, where new lines belong.
 * @param {State} state @param {Line} line @returns {State} */
function withLine(state, line) {
  const lines = [...state.lines];
  const known = lines.findLastIndex(({ id }) => id === line.id);
  if (known >= 0) {
    lines[known] = line;
    return { ...state, lines };
  }
  lines.splice(lines.findLastIndex(({ start }) => start <= line.start) + 1, 0, line);
  const excess = Math.max(0, lines.length - MOST_LINES);
  return { ...state, lines: lines.slice(excess), pruned: state.pruned + excess };
}

/** Holds the state and tells its listener of each change. */
export class Store {
  /** @type {State} */
  state = IDLE;
  /** @type {(state: State) => void} */
  onchange = () => {};

  /** @param {PageEvent} event */
  dispatch(event) {
    this.state = reduce(this.state, event);
    this.onchange(this.state);
  }
}
