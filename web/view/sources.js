/**
 * The sources of sound that run, one row each: what it is, who speaks, how loud, and what is wrong with it. In:
 * the state, and levels as they come. Out: wishes to remove one or to hear one. Rows are kept, so that the
 * focus and the bars stay.
 */

import { openSources } from "../store.js";
import { icon } from "../widget/icons.js";
import { made, put } from "./dom.js";
import { Meter } from "./meter.js";

/** @typedef {import("../store.js").SourceState} SourceState */
/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {{root: HTMLElement, name: HTMLElement, note: HTMLElement, level: HTMLElement, meter: Meter,
 *   remove: HTMLElement, playing: HTMLElement, progress: HTMLProgressElement, hear: HTMLInputElement,
 *   hearText: HTMLElement, hearLabel: HTMLElement}} Row */

/** What a source is called: who speaks, or else what it is.
 * @param {SourceState} source @param {Voice} voice */
export function labelOf({ name, kind }, voice) {
  return name || voice.say(`source_${kind}`);
}

export class SourceList {
  /** @type {Map<number, Row>} */
  #rows = new Map();

  /** @param {HTMLElement} root
   * @param {{remove: (id: number) => void, audible: (id: number, on: boolean) => void}} wishes */
  constructor(root, wishes) {
    this.root = root;
    this.wishes = wishes;
  }

  /** @param {number} id @param {number} rms of the newest frame, full scale 1 */
  level(id, rms) {
    this.#rows.get(id)?.meter.show(rms);
  }

  /** @param {import("../store.js").State} state @param {Voice} voice */
  show(state, voice) {
    const open = openSources(state);
    for (const [id, row] of this.#rows) {
      if (open.some((source) => source.id === id)) continue;
      row.root.remove();
      this.#rows.delete(id);
    }
    for (const source of open) {
      const row = this.#rows.get(source.id) ?? this.#add(source);
      write(row, source, voice, open.length);
    }
  }

  /** @param {SourceState} source @returns {Row} */
  #add({ id, kind }) {
    const level = made("div", "meter");
    level.role = "meter";
    Object.assign(level, { ariaValueMin: "0", ariaValueMax: "100", ariaValueNow: "0" });
    const progress = document.createElement("progress");
    Object.assign(progress, { max: 1, value: 0 });
    const hear = Object.assign(document.createElement("input"), { type: "checkbox" });
    const hearText = made("span");
    const hearLabel = made("label", "hear");
    hearLabel.append(hear, hearText);
    const playing = made("div", "playing");
    playing.append(progress, hearLabel);
    const remove = Object.assign(made("button", "remove"), { type: "button" });
    remove.append(icon("close"));
    const [name, note] = [made("span", "source-name"), made("span", "source-note")];
    const root = made("li", "source");
    root.append(icon(kind), name, level, playing, note, remove);
    remove.addEventListener("click", () => this.wishes.remove(id));
    hear.addEventListener("change", () => this.wishes.audible(id, hear.checked));
    this.root.append(root);
    const row = { root, name, note, level, meter: new Meter(level), remove, playing, progress, hear, hearText };
    const whole = { ...row, hearLabel };
    this.#rows.set(id, whole);
    return whole;
  }
}

/** @param {Row} row @param {SourceState} source @param {Voice} voice @param {number} open sources */
function write(row, source, voice, open) {
  const label = labelOf(source, voice);
  put(row.name, label);
  row.level.ariaLabel = voice.say("level_of", { name: label });
  row.remove.ariaLabel = voice.say("remove", { name: label });
  // The only one is ended by Stop.
  row.remove.hidden = open < 2 || source.phase === "stopping";
  row.playing.hidden = source.kind !== "file";
  row.progress.value = source.progress ?? 0;
  row.progress.ariaLabel = voice.say("progress");
  row.hearLabel.hidden = !source.heard;
  row.hear.checked = source.audible;
  put(row.hearText, voice.say("hear"));
  put(row.note, open > 1 ? noteOf(source, voice) : "");
}

/** What is the matter with one of several. @param {SourceState} source @param {Voice} voice */
function noteOf({ phase, quiet, slow, kind }, voice) {
  if (phase !== "live") return voice.say(phase === "asking" && kind === "tab" ? "phase_asking_tab" : `phase_${phase}`);
  if (slow) return voice.say("note_slow");
  return quiet ? voice.say("note_quiet") : "";
}
