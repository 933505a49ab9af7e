/**
 * What a meeting's transcript says, and what its readers make of it. In: segments of the HTTP calls, captions of
 * a meeting that is live, and the reader's wishes; out: lines to the transcript, calls to the server, and a
 * word of what was done, which can be undone.
 */

import { Refused } from "../api.js";
import { renamedLine } from "../lines.js";
import { element } from "../view/dom.js";
import { Transcript } from "./transcript.js";

/** @typedef {import("../lines.js").Line} Line */
/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {import("./calls.js").MeetingCalls} MeetingCalls */
/** @typedef {import("./calls.js").Segment} Segment */
/** @typedef {import("./calls.js").Speaker} Speaker */

export class Words {
  /** @type {(() => void) | null} */
  #leave = null;
  /** @type {(() => void) | null} */
  #undo = null;
  editable = false;
  whole = false;

  /** @param {MeetingCalls} calls @param {() => Voice} voice @param {() => void} ended the meeting is over
   * @param {() => void} changed what a report rests on is other than it was */
  constructor(calls, voice, ended, changed) {
    this.calls = calls;
    this.voice = voice;
    this.ended = ended;
    this.changed = changed;
    this.transcript = new Transcript(element("said"), (line) => void this.#history(line), {
      correct: (line, node) => void this.#edit(line, node),
      rename: (line) => void this.#rename(line),
    });
    element("undo").addEventListener("click", () => this.#undo?.());
    element("undo-close").addEventListener("click", () => this.#done(""));
  }

  /** @param {Segment[]} segments @param {boolean} whole whether no others follow */
  show(segments, whole) {
    this.whole = whole;
    this.transcript.show(segments.map(lineOf), this.voice(), this.editable);
    this.#count();
  }

  /** The rest of what was said.
   * @param {Segment[]} segments */
  add(segments) {
    this.whole = true;
    this.transcript.add(segments.map(lineOf));
    this.#count();
  }

  /** The same in another language. */
  speak() {
    this.transcript.show(this.transcript.lines, this.voice(), this.editable);
    this.#done("");
    this.#count();
  }

  /** Go on with what is said now. Rejects where the modules for that do not come.
   * @param {import("../widget/feed.js").Where} where */
  async listen(where) {
    const { follow } = await import("../widget/feed.js");
    if (this.#leave) return;
    /** @type {ReturnType<typeof follow> | null} */
    let followed = null;
    followed = follow(where, {
      changed: (ids) => followed && this.#heard(followed.source.captions, ids),
      turned: () => {
        // It turns for the first time while it is being followed.
        if (followed?.source.phase !== "ended") return;
        followed.leave();
        this.ended();
      },
      emptied: () => {},
    });
    this.#leave = followed.leave;
  }

  /** @param {import("../widget/captions.js").Captions} captions @param {string[]} ids */
  #heard(captions, ids) {
    for (const id of ids) {
      const [now, known] = [captions.line(id), this.transcript.line(id)];
      if (!now) this.transcript.drop(id);
      else if (now.kind === "caption" && !(known && same(known, now))) this.transcript.put(now);
    }
    this.#count();
  }

  #count() {
    element("nothing").hidden = !this.whole || this.transcript.lines.length > 0;
  }

  /** @param {Line} line @param {HTMLElement} node */
  async #edit(line, node) {
    try {
      const { editLine } = await import("./editor.js");
      editLine(node, line.text, this.voice(), (text) => this.#correct(line.id, { text }));
    } catch (fault) {
      this.#done(this.wrong(fault));
    }
  }

  /** @param {string} id @param {{text?: string, restore?: number}} change @returns {Promise<string>} */
  async #correct(id, change) {
    const before = this.transcript.line(id)?.version ?? 0;
    try {
      const made = await this.calls.correct(id, { version: before, ...change });
      const known = this.transcript.line(id);
      if (!known || known.version <= (made.version ?? 0)) this.transcript.put(lineOf(made));
      if (made.version === before) return "";
      this.#done(change.text === undefined ? "brought_back" : "was_corrected", () => this.#correct(id, { restore: before }));
      this.changed();
      return "";
    } catch (fault) {
      return this.wrong(fault);
    }
  }

  /** @param {Line} line */
  async #history(line) {
    try {
      const [{ showHistory }, versions] = await Promise.all([import("./dialogs.js"), this.calls.history(line.id)]);
      showHistory(versions, this.voice(), this.editable, (restore) => this.#correct(line.id, { restore }));
    } catch (fault) {
      this.#done(this.wrong(fault));
    }
  }

  /** @param {Line} line */
  async #rename(line) {
    const label = line.label ?? line.speaker ?? "";
    try {
      const [{ nameSpeaker }, speakers] = await Promise.all([import("./dialogs.js"), this.calls.speakers()]);
      const found = speakers.find((one) => one.label === label);
      const speaker = found ?? { label, name: null, segments: 0, seconds: 0 };
      nameSpeaker(speaker, this.voice(), (name) => this.#name(speaker, name));
    } catch (fault) {
      this.#done(this.wrong(fault));
    }
  }

  /** @param {Speaker} speaker @param {string | null} name @returns {Promise<string>} */
  async #name(speaker, name) {
    try {
      const speakers = await this.calls.rename(speaker.label, name);
      const names = Object.fromEntries(speakers.flatMap((one) => (one.name === null ? [] : [[one.label, one.name]])));
      for (const line of [...this.transcript.lines]) this.transcript.put(renamedLine(line, names));
      this.#done("was_renamed", () => this.#name({ ...speaker, name: name ?? null }, speaker.name));
      this.changed();
      return "";
    } catch (fault) {
      return this.wrong(fault);
    }
  }

  /** Say what was done, and how it is undone.
   * @param {string} what @param {() => Promise<string>} [undo] */
  #done(what, undo) {
    const bar = element("done");
    element("done-text").textContent = what && this.voice().say(what);
    bar.hidden = !what;
    element("undo").hidden = !undo;
    this.#undo = undo
      ? () => {
          this.#undo = null;
          void undo().then((wrong) => this.#done(wrong || "was_undone"));
        }
      : null;
  }

  /** @param {unknown} fault */
  wrong(fault) {
    const code = fault instanceof Refused ? fault.code : "unanswered";
    const sentence = this.voice().say(`wrong_${code}`);
    if (sentence !== `wrong_${code}`) return sentence;
    return (fault instanceof Refused && fault.message) || this.voice().say("wrong_unanswered");
  }
}

/** @param {Segment} segment @returns {Line} */
function lineOf({ id, start, end, text, language, speaker, speaker_label: label, track, flags, version }) {
  const who = { speaker: speaker ?? null, label: label ?? null, track: track ?? null };
  const state = { pending: "", final: true, stale: false, source: 0, flags: flags ?? [], version: version ?? 0 };
  return { kind: "caption", id, start, end, text, language, ...who, ...state };
}

/** @param {Line} known @param {Line} now */
function same(known, now) {
  if (known.version > now.version) return true;
  const names = /** @type {const} */ (["text", "pending", "final", "speaker", "label", "version"]);
  return names.every((name) => known[name] === now[name]);
}
