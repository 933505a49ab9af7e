/**
 * The page's state and the one function that changes it. Knows no DOM, no socket and no clock.
 *
 * In: events of the wire (`protocol.js`) and of this device, each with the `source` that it is about, on the
 * meeting's clock. Out: a new state for each. The rules of captions live here and in `lines.js`: lines stand in
 * the order of their beginning; a replayed event changes nothing; after a lost connection, lines whose audio is
 * sent again give way to what the server now hears in their place.
 */

import { NO_DELAY, afterAck, afterCaption, afterSpeech } from "./delay.js";
import { broken, gapLine, heard } from "./lines.js";
import { CLOCK_RATE } from "./protocol.js";

/** Lines kept on the page. Beyond it the oldest leave the page (not the transcript) and are counted. */
export const MOST_LINES = 3000;

/** @typedef {import("./protocol.js").ServerEvent} ServerEvent */
/** @typedef {"idle" | "asking" | "connecting" | "live" | "reconnecting" | "stopping" | "ended"} Phase */
/** @typedef {{code: string, message?: string, seconds?: number | null, who?: string}} Problem */
/** @typedef {"microphone" | "tab" | "file"} Kind */
/** @typedef {{id: number, kind: Kind, name: string}} NewSource `name`: who speaks; may be empty */
/** @typedef {import("./lines.js").Line} Line */
/**
 * @typedef {object} SourceState
 * @property {number} id
 * @property {Kind} kind
 * @property {string} name
 * @property {boolean} audible a file is heard here too
 * @property {Exclude<Phase, "idle" | "ended"> | "closed"} phase
 * @property {import("./delay.js").Delay} delay
 * @property {number} heard where its newest sound stands, in seconds of the meeting
 * @property {number | null} progress of a file, 0 to 1
 * @property {number} lost seconds that never reached the server
 * @property {boolean} slow the network takes less than is spoken
 * @property {boolean} quiet no sound reaches the page
 * @property {import("./protocol.js").Ended | null} ended
 */
/**
 * @typedef {object} State
 * @property {Phase} phase of all sources
 * @property {Problem | null} problem
 * @property {boolean} askKey the server wants a key
 * @property {SourceState[]} sources in the order in which they came, the closed ones among them
 * @property {string | null} meeting
 * @property {Line[]} lines
 * @property {number} pruned lines that left the page
 * @property {import("./protocol.js").Load} load
 */

/**
 * @typedef {{type: "phase", phase: SourceState["phase"]}
 *   | {type: "problem", problem: Problem}
 *   | {type: "closed", problem: Problem | null}
 *   | {type: "broken"}
 *   | {type: "tick", heard: number, progress: number | null, lost: number, slow: boolean, quiet: boolean}
 *   | {type: "key"}
 *   | {type: "audible", audible: boolean}} DeviceEvent
 */
/** @typedef {{type: "begin", source: NewSource} | ((DeviceEvent | ServerEvent) & {source?: number})} PageEvent */

/** @type {Readonly<State>} */
export const IDLE = {
  phase: "idle",
  problem: null,
  askKey: false,
  sources: [],
  meeting: null,
  lines: [],
  pruned: 0,
  load: "normal",
};

/** What one source does shows for all, in this order. */
const STRONGEST = /** @type {const} */ (["live", "reconnecting", "connecting", "asking", "stopping"]);

/** @param {State} state @param {PageEvent} event @returns {State} */
export function reduce(state, event) {
  const id = typeof event.source === "number" ? event.source : 0;
  switch (event.type) {
    case "begin":
      return begin(state, event.source);
    case "phase":
      return withSource(state, id, { phase: event.phase });
    case "problem":
      return { ...state, problem: event.problem };
    case "closed":
      return close(state, id, event.problem);
    case "broken":
      return { ...state, lines: state.lines.map((line) => (growing(line, id) ? broken(line) : line)) };
    case "tick": {
      const { heard: seconds, progress, lost, slow, quiet } = event;
      return withSource(state, id, { heard: seconds, progress, lost, slow, quiet });
    }
    case "key":
      return { ...state, askKey: false, problem: null };
    case "audible":
      return withSource(state, id, { audible: event.audible });
    case "ready":
      return withSource({ ...state, meeting: event.meeting }, id, { phase: "live" });
    case "speech":
      return withDelay(state, id, (source) => afterSpeech(source.delay, event));
    case "caption":
      return hearCaption(state, event, id);
    case "ack":
      return withDelay(state, id, (source) => afterAck(source.delay, event.position / CLOCK_RATE));
    case "gap":
      return withLine(state, gapLine(event, id));
    case "load":
      return { ...state, load: event.level };
    case "resumed":
      return { ...state, lines: state.lines.map((line) => doubted(line, event.position / CLOCK_RATE, id)) };
    case "ended":
      return {
        ...withSource(state, id, { ended: together(state.sources.find((one) => one.id === id)?.ended, event) }),
        lines: state.lines.filter(({ stale, source }) => !stale || source !== id),
      };
    case "error":
      return { ...state, problem: { code: event.code, message: event.message, seconds: event.retryAfter } };
    default:
      return state;
  }
}

/** Sources that are not closed.
 * @param {State} state */
export function openSources({ sources }) {
  return sources.filter(({ phase }) => phase !== "closed");
}

/** The account of all streams together.
 * @param {import("./protocol.js").Ended | null | undefined} one @param {import("./protocol.js").Ended | null} other */
export function together(one, other) {
  if (!one || !other) return one ?? other ?? null;
  const names = /** @type {const} */ (["received", "transcribed", "silence", "quarantined", "lost"]);
  const coverage = { ...one.coverage };
  for (const name of names) coverage[name] += other.coverage[name];
  return { ...other, segments: one.segments + other.segments, coverage };
}

/** A source beside the others, or the first of a new meeting.
 * @param {State} state @param {NewSource} source @returns {State} */
function begin(state, source) {
  const before = openSources(state).length ? state : IDLE;
  const none = { heard: 0, progress: null, lost: 0, slow: false, quiet: false, ended: null };
  const added = { ...source, ...none, audible: false, phase: /** @type {const} */ ("asking"), delay: NO_DELAY };
  return settled({ ...before, problem: null, sources: [...before.sources, added] });
}

/** @param {State} state @returns {State} */
function settled(state) {
  const open = openSources(state);
  const phase = STRONGEST.find((one) => open.some((source) => source.phase === one));
  return { ...state, phase: phase ?? (state.meeting ? "ended" : "idle") };
}

/** @param {State} state @param {number} id @param {Partial<SourceState>} change @returns {State} */
function withSource(state, id, change) {
  return settled({ ...state, sources: state.sources.map((one) => (one.id === id ? { ...one, ...change } : one)) });
}

/** @param {State} state @param {number} id @param {(source: SourceState) => import("./delay.js").Delay} after */
function withDelay(state, id, after) {
  return { ...state, sources: state.sources.map((one) => (one.id === id ? { ...one, delay: after(one) } : one)) };
}

/** @param {Line} line @param {number} source */
function growing(line, source) {
  return !line.final && line.source === source;
}

/** @param {State} state @param {number} id @param {Problem | null} problem @returns {State} */
function close(state, id, problem) {
  const closing = state.sources.find((one) => one.id === id);
  const alone = openSources(state).every((one) => one.id === id);
  const askKey = alone && problem !== null && ["key_needed", "key_wrong"].includes(problem.code);
  const lines = state.lines
    .filter((line) => line.text || line.source !== id)
    .map((line) => (line.source === id ? { ...line, pending: "", final: true } : line));
  const told = problem && !alone && closing?.name ? { ...problem, who: closing.name } : problem;
  const after = withSource({ ...state, lines, askKey, problem: told ?? state.problem }, id, {
    phase: "closed",
    slow: false,
    quiet: false,
  });
  return after;
}

/** @param {State} state @param {import("./protocol.js").Caption} caption @param {number} id @returns {State} */
function hearCaption(state, caption, id) {
  const next = withDelay(state, id, (source) => afterCaption(source.delay, caption, source.heard));
  const known = state.lines.find((line) => line.id === caption.segment);
  const line = heard(caption, known, id);
  if (line && line === known) return next;
  if (!line) return { ...next, lines: state.lines.filter((one) => one.id !== caption.segment) };
  return withLine({ ...next, lines: withoutStale(state.lines, line) }, line);
}

/** A server that was killed hears again what it had not stored, perhaps as other segments.
 * @param {Line} line @param {number} position in seconds, from which audio is sent again @param {number} source
 * @returns {Line} */
function doubted(line, position, source) {
  const again = line.kind === "caption" && line.source === source && (line.start + line.end) / 2 > position;
  return again ? { ...line, stale: true } : line;
}

/** A new line takes the place of doubted ones of the same time that were not told again.
 * @param {Line[]} lines @param {Line} line */
function withoutStale(lines, { id, start, end, track, source }) {
  if (!lines.some(({ stale }) => stale)) return lines;
  return lines.filter(
    (other) =>
      !other.stale ||
      other.id === id ||
      other.track !== track ||
      other.source !== source ||
      other.start >= end ||
      other.end <= start,
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
