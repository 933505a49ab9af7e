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
 * @property {string | null} label what the stream calls the speaker, where `speaker` is a name that people gave
 * @property {string | null} track
 * @property {string[]} flags
 * @property {number} version how often people corrected it
 * @property {number} source of the page that it came from; 0 where there is only one
 */

/** The line after a caption: the known one itself when it stays as it is, null when nothing is left of it.
 * @param {import("./protocol.js").Caption} caption @param {Line} [known] @param {number} [source]
 * @returns {Line | null} */
export function heard(caption, known, source = 0) {
  if (known?.final && !known.stale && !caption.final) return known;
  if (known?.final && known.version > caption.version) return known;
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
    label: caption.label,
    track: caption.track,
    flags: caption.flags,
    version: caption.version,
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

/** What people made of a line: the known one itself when it is as new.
 * @param {import("./protocol.js").Corrected} corrected @param {Line} [known] @returns {Line} */
export function correctedLine({ segment, type, ...made }, known) {
  if (known && known.version >= made.version) return known;
  return { ...made, kind: "caption", id: segment, pending: "", final: true, stale: false, source: known?.source ?? 0 };
}

/** The line under the name that its speaker has now: the line itself when that is its name.
 * @param {Line} line @param {Record<string, string>} names by label @returns {Line} */
export function renamedLine(line, names) {
  const label = line.label ?? line.speaker;
  if (!label) return line;
  const name = names[label] ?? label;
  return name === line.speaker ? line : { ...line, speaker: name, label: name === label ? null : label };
}

/** @param {import("./protocol.js").Gap} gap @param {number} [source] @returns {Line} */
export function gapLine({ start, end }, source = 0) {
  const nothing = { text: "", pending: "", language: "", speaker: null, label: null, track: null, flags: [], version: 0 };
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
