/**
 * The page as people see it: state comes in by `show`, wishes go out by the actions given at construction.
 * Owns the DOM, the interface language, text size and focus. Decides nothing about the session.
 */

import { sharesSound } from "./audio/capture.js";
import { behind } from "./delay.js";
import { SENTENCES } from "./i18n.js";
import { preferences } from "./preferences.js";
import { meetingPage } from "./protocol.js";
import { ReportCard } from "./report/card.js";
import { openSources, together } from "./store.js";
import { AddPanel } from "./view/adding.js";
import { SharePanel } from "./view/sharing.js";
import { labelOf, SourceList } from "./view/sources.js";
import { Transcript } from "./view/transcript.js";
import { each, element, put } from "./view/dom.js";
import { firstVoice, onLanguage, speakPage } from "./view/spoken.js";

/** @typedef {import("./store.js").State} State */
/** @typedef {import("./protocol.js").Format} Format */
/**
 * @typedef {object} Actions
 * @property {import("./view/adding.js").Add} add
 * @property {() => void} stop all
 * @property {(id: number) => void} remove one source
 * @property {(id: number, audible: boolean) => void} audible
 * @property {import("./view/sharing.js").Invite} invite
 * @property {(key: string) => void} key
 * @property {(meeting: string, format: Format, download: boolean) => string} address
 * @property {(meeting: string) => import("./report/calls.js").ReportCalls} report
 */

const NOTHING_ENDED = /** @type {import("./protocol.js").Ended | null} */ (null);
/** Steps of the caption's size, as in captions.css. */
const SIZES = 6;
const DEFAULT_SIZE = 2;

export class View {
  #state = /** @type {State | null} */ (null);
  #voice = firstVoice(SENTENCES);
  #size = Number(preferences.get("size") || DEFAULT_SIZE);
  #sources;
  #adding;
  #sharing;
  #transcript = new Transcript({
    stage: element("stage"),
    log: element("log"),
    current: element("current"),
    toLive: element("to-live"),
  });
  #report = new ReportCard({
    root: element("report"),
    scroller: () => this.#transcript.scroller,
    end: element("end"),
    show: ({ segment_id, start_s }) => this.#transcript.find(segment_id, start_s) ?? this.#earlier(),
    appear: () => {
      document.body.toggleAttribute("data-report", true);
      element("to-report").hidden = false;
      this.#transcript.rest(element("report"));
    },
  });

  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.#sources = new SourceList(element("sources"), actions);
    this.#adding = new AddPanel(actions.add);
    this.#adding.nameless = (kind) => this.#voice.say(`source_${kind}`);
    this.#sharing = new SharePanel(actions.invite, () => this.#voice);
    this.#listenToButtons();
    this.#listenToFiles();
    this.#listenToChoices();
    this.#resize(0);
    this.#translate();
  }

  /** The language that will be spoken; empty: to be detected. */
  get spoken() {
    const chosen = document.querySelector("input[name=spoken]:checked");
    return chosen instanceof HTMLInputElement ? chosen.value : "";
  }

  /** Whether the sound is to be kept. */
  get keeps() {
    return element("keep", HTMLInputElement).checked;
  }

  /** @param {number} id of a source @param {number} rms of its newest frame, full scale 1 */
  level(id, rms) {
    this.#sources.level(id, rms);
  }

  /** @param {State} state */
  show(state) {
    const before = this.#state;
    this.#state = state;
    document.body.dataset.phase = state.phase;
    const [idle, ended] = [state.phase === "idle", state.phase === "ended"];
    element("welcome").hidden = !idle;
    element("stage").hidden = idle;
    element("sizes").hidden = idle;
    element("dock").hidden = idle || ended;
    element("summary").hidden = !ended;
    element("key-form").hidden = !state.askKey;
    element("start").hidden = state.askKey;
    this.#showProblem(state);
    this.#showDock(state);
    this.#sources.show(state, this.#voice);
    if (idle || ended) this.#closePanels();
    if (ended) this.#showSummary(state);
    this.#showReport(state);
    if (before?.lines !== state.lines || before.sources.length !== state.sources.length)
      this.#transcript.show(state.lines, this.#voice, this.#labels(state));
    element("pruned").hidden = !state.pruned;
    write("waiting", state.lines.length || ended ? "" : this.#voice.say(`hint_${stageOf(state)}`));
    if (before && before.phase !== state.phase) this.#moveFocus(before.phase, state);
  }

  /** @param {State} state */
  #showProblem({ problem }) {
    element("problem").hidden = !problem;
    write("problem", problem ? this.#voice.problem(problem) : "");
  }

  /** @param {State} state */
  #showDock(state) {
    const voice = this.#voice;
    write("status", voice.say(`phase_${stageOf(state)}`));
    write("notice", this.#notice(state));
    const heard = Math.max(0, ...state.sources.map((source) => source.heard));
    write("elapsed", heard ? voice.clock(Math.floor(heard)) : "");
    write("delay", this.#delay(state));
    write("kept", this.keeps ? voice.say("kept") : "");
    const waiting = state.phase === "asking" || state.phase === "connecting";
    write("stop-text", voice.say(state.phase === "stopping" ? "stop_now" : waiting ? "cancel" : "stop"));
    element("dock-tools").hidden = !state.meeting || state.phase === "stopping";
  }

  /** The delay of the source that is furthest behind.
   * @param {State} state */
  #delay(state) {
    const live = openSources(state).filter(({ phase, heard }) => phase === "live" && heard);
    if (!live.length) return "";
    const late = live.map(({ delay, heard }) => behind(delay, heard)).filter((seconds) => seconds !== null);
    if (!late.length && !state.lines.length) return "";
    if (!late.length) return this.#voice.say("caught_up");
    return this.#voice.say("behind", { seconds: this.#voice.seconds(Math.max(...late)) });
  }

  /** The one thing that a person should know now.
   * @param {State} state */
  #notice({ phase, sources, load }) {
    const lost = sources.reduce((sum, source) => sum + source.lost, 0);
    const seconds = this.#voice.seconds(lost);
    if (phase === "reconnecting") return this.#voice.say("reconnecting");
    if (sources.some(({ slow }) => slow)) return this.#voice.say(lost ? "slow_lost" : "slow", { seconds });
    if (lost) return this.#voice.say("lost_some", { seconds });
    const quiet = sources.find((source) => source.quiet && source.phase === "live");
    if (quiet) return this.#voice.say(quiet.kind === "tab" ? "quiet_tab" : "quiet");
    return load === "normal" ? "" : this.#voice.say(load);
  }

  /** How lines without a speaker are told apart, where there is more than one source.
   * @param {State} state @returns {Map<number, string>} */
  #labels({ sources }) {
    if (sources.length < 2) return new Map();
    return new Map(sources.map((source) => [source.id, labelOf(source, this.#voice)]));
  }

  #closePanels() {
    this.#adding.close();
    this.#sharing.close();
  }

  /** @param {State} state */
  #showSummary({ sources, lines, meeting, problem }) {
    const voice = this.#voice;
    const ended = sources.reduce((sum, source) => together(sum, source.ended), NOTHING_ENDED);
    const lost = sources.reduce((sum, source) => sum + source.lost, 0);
    const unheard = problem !== null && !ended?.coverage.received;
    write("summary-title", voice.say(lines.length ? "ended" : unheard ? "ended_failed" : "ended_empty"));
    write("coverage", ended && !unheard ? voice.coverage(ended.coverage) : "");
    const parts = [
      lost ? voice.say("unsent", { seconds: voice.seconds(lost) }) : "",
      ended?.report === "pending" ? voice.say("report") : "",
    ];
    write("unsent", parts.filter(Boolean).join(" "));
    const details = element("details", HTMLAnchorElement);
    details.hidden = !meeting;
    details.href = meetingPage(document.baseURI, meeting ?? "");
    element("downloads").hidden = !lines.length;
    for (const link of each("[data-format]", HTMLAnchorElement)) {
      link.href = this.actions.address(meeting ?? "", formatOf(link), link.hasAttribute("download"));
    }
  }

  /** @param {State} state */
  #showReport({ phase, meeting, lines }) {
    if (phase === "ended" && meeting && lines.length) {
      this.#report.open(this.actions.report(meeting));
      return;
    }
    this.#report.close();
    element("to-report").hidden = true;
    document.body.toggleAttribute("data-report", false);
  }

  /** Focus follows the button that was pressed, so that no key press falls into the void.
   * @param {string} before @param {State} state */
  #moveFocus(before, { phase, askKey }) {
    if (phase === "ended") element("summary-title").focus();
    else if (phase === "idle") element(askKey ? "key" : "start").focus();
    else if (before === "idle" || before === "ended") element("stop").focus();
  }

  #listenToButtons() {
    const speak = () => this.actions.add("microphone", { name: this.#speaker });
    element("start").addEventListener("click", speak);
    element("again").addEventListener("click", speak);
    element("start-tab").addEventListener("click", () => this.actions.add("tab", { name: this.#speaker }));
    element("start-tab").hidden = !sharesSound();
    element("another").addEventListener("click", () => element("file").click());
    element("stop").addEventListener("click", () => this.actions.stop());
    element("smaller").addEventListener("click", () => this.#resize(-1));
    element("larger").addEventListener("click", () => this.#resize(1));
    element("to-report").addEventListener("click", () => this.#report.focus());
    element("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.actions.key(element("key", HTMLInputElement).value.trim());
    });
  }

  #listenToChoices() {
    onLanguage(SENTENCES, (chosen) => {
      this.#voice = chosen;
      this.#translate();
    });
    for (const radio of each("input[name=spoken]", HTMLInputElement)) {
      radio.checked = radio.value === preferences.get("spoken");
      radio.addEventListener("change", () => preferences.set("spoken", radio.value));
    }
    element("keep").addEventListener("change", () => this.#tellWhatIsKept());
    const speaker = element("speaker", HTMLInputElement);
    speaker.value = preferences.get("speaker");
    speaker.addEventListener("input", () => preferences.set("speaker", speaker.value.trim()));
  }

  #listenToFiles() {
    const input = element("file", HTMLInputElement);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) this.#bring(file);
      input.value = "";
    });
    const target = element("drop");
    const droppable = (/** @type {DragEvent} */ event) =>
      event.dataTransfer?.types.includes("Files") ?? false;
    window.addEventListener("dragover", (event) => {
      if (!droppable(event)) return;
      event.preventDefault();
      target.hidden = this.#busy;
    });
    window.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) target.hidden = true;
    });
    window.addEventListener("drop", (event) => {
      if (!droppable(event)) return;
      event.preventDefault();
      target.hidden = true;
      const file = event.dataTransfer?.files[0];
      if (file && !this.#busy) this.#bring(file);
    });
  }

  #tellWhatIsKept() {
    write("privacy", this.#voice.say(this.keeps ? "privacy_kept" : "privacy"));
  }

  /** @param {File} file */
  #bring(file) {
    this.actions.add("file", { name: this.#speaker, file });
  }

  /** Who speaks, if that was said. */
  get #speaker() {
    return element("speaker", HTMLInputElement).value.trim();
  }

  /** In place of quoted words that are no longer on the page. */
  #earlier() {
    const note = element("pruned");
    note.scrollIntoView({ block: "center" });
    return note;
  }

  get #busy() {
    return !["idle", "ended"].includes(this.#state?.phase ?? "idle");
  }

  /** @param {number} step */
  #resize(step) {
    const whole = Number.isInteger(this.#size) ? this.#size : DEFAULT_SIZE;
    this.#size = Math.max(0, Math.min(SIZES - 1, whole + step));
    document.body.dataset.size = String(this.#size);
    if (step) preferences.set("size", String(this.#size));
    element("smaller", HTMLButtonElement).disabled = this.#size === 0;
    element("larger", HTMLButtonElement).disabled = this.#size === SIZES - 1;
  }

  #translate() {
    const voice = this.#voice;
    speakPage(voice);
    this.#tellWhatIsKept();
    this.#report.speak(voice.language);
    if (!this.#state) return;
    this.#transcript.show(this.#state.lines, voice, this.#labels(this.#state));
    this.show(this.#state);
  }
}

/** What is being done, as the end of a sentence's key.
 * @param {State} state */
function stageOf(state) {
  const [first, ...others] = openSources(state);
  if (others.length || !first) return state.phase;
  if (first.kind === "file" && state.phase === "asking") return "reading";
  if (first.kind === "file" && state.phase === "live") return "playing";
  return first.kind === "tab" && state.phase === "asking" ? "asking_tab" : state.phase;
}

/** @param {HTMLElement} link @returns {Format} */
function formatOf(link) {
  return /** @type {Format} */ (link.dataset.format ?? "txt");
}

/** @param {string} id @param {string} text */
function write(id, text) {
  put(element(id), text);
}
