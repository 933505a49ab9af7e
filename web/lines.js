/**
 * A line of captions, and what an event makes of it. Pure. Committed text and pending words stay apart; a line
 * that is final stays as it is.
 */

/**
 * @typedef {object} Line
 * @property {"caption" | "gap"} kind
 * @property {string} id
 * @property {number} start seconds
 * @property {number} end
 * @property {string} text committed
 * @property {string} pending
 * @property {boolean} final
 * @property {boolean} stale its audio is sent again after a lost connection, and it was not told since
 * @property {string} language
 * @property {string | null} speaker
 * @property {string | null} track
 * @property {string[]} flags
 * @property {number} source of the page that it came from; 0 where there is only one
 */

/** The line after a caption: the known one itself when it stays as it is, null when nothing is left of it.
 * @param {import("./protocol.js").Caption} caption @param {Line} [known] @param {number} [source]
 * @returns {Line | null} */
export function heard(caption, known, source = 0) {
  if (known?.final && !known.stale && !caption.final) return known;
  const line = {
    kind: /** @type {const} */ ("caption"),
    id: caption.segment,
    start: known ? known.start : caption.start,
    end: Math.max(caption.end, known?.end ?? 0),
    text: caption.text,
    pending: pendingOf(caption, known),
    final: caption.final,
    stale: false,
    language: caption.language,
    speaker: caption.speaker,
    track: caption.track,
    flags: caption.flags,
    source,
  };
  return line.text || line.pending ? line : null;
}

/** Tentative words stay until others or settled ones take their place: a recogniser that says nothing for a
 * moment has not taken them back.
 * @param {import("./protocol.js").Caption} caption @param {Line} [known] */
function pendingOf({ final, text, pending }, known) {
  if (final || pending || !text) return final ? "" : pending;
  return known?.text === text ? known.pending : "";
}

/** @param {import("./protocol.js").Gap} gap @param {number} [source] @returns {Line} */
export function gapLine({ start, end }, source = 0) {
  const nothing = { text: "", pending: "", language: "", speaker: null, track: null, flags: [] };
  return { kind: "gap", stale: false, id: `gap ${source} ${start}`, start, end, final: true, source, ...nothing };
}

/** The line when nothing more is told of it: what was tentative stands as it was shown.
 * @param {Line} line @returns {Line} */
export function broken(line) {
  const { text, pending } = line;
  const space = text && pending && !/\s$/.test(text) && !/^\s/.test(pending) ? " " : "";
  return { ...line, text: text + space + pending, pending: "", final: true };
}

/** Who speaks, as it is shown; empty when nobody knows.
 * @param {Line} line */
export function whoOf({ speaker, track }) {
  return [speaker, track].filter(Boolean).join(" · ");
}
