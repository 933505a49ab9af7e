/**
 * The element `<steno-captions>`: its attributes, events and life in a page. What it shows is in `view.js`,
 * where the captions come from in `feed.js` and `playback.js`.
 */

import { firstKnown } from "../voice.js";
import { follow } from "./feed.js";
import { play } from "./playback.js";
import { sheet } from "./style.js";
import { SIZES, View } from "./view.js";

/** @typedef {import("./source.js").Source} Source */

/** Where the server is when the page does not say: where this script came from. */
const HOME = new URL("../../", import.meta.url).href;
const DEFAULT_SIZE = 2;
/** Attributes that say where captions come from; the others say how they look. */
const WHENCE = ["meeting", "token", "server", "recording"];

export class StenoCaptions extends HTMLElement {
  static observedAttributes = [...WHENCE, "lang", "size", "contrast", "paused"];

  /** @type {Source | null} */
  #source = null;
  /** @type {(() => void) | null} */
  #leave = null;
  #phase = "";
  #code = "";
  #asked = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet()];
    this.view = new View(root, (wish) => this.#wish(wish));
  }

  /** What is going on: connecting, live, reconnecting, ended or refused. */
  get state() {
    return this.#source?.phase ?? "connecting";
  }

  /** Show nothing new until `resume`; captions go on being received. */
  pause() {
    this.toggleAttribute("paused", true);
  }

  resume() {
    this.toggleAttribute("paused", false);
  }

  connectedCallback() {
    this.#look();
    this.#connect();
  }

  disconnectedCallback() {
    this.#disconnect();
    this.view.show(null);
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected) return;
    if (!WHENCE.includes(name)) {
      this.#look();
      return;
    }
    if (this.#asked) return;
    // A page sets the meeting and its token one after the other.
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      if (this.isConnected) this.#connect();
    });
  }

  #connect() {
    this.#disconnect();
    const [meeting, recording] = [this.getAttribute("meeting"), this.getAttribute("recording")];
    const listener = {
      changed: (/** @type {string[]} */ ids) => this.#changed(ids),
      turned: () => this.#turned(),
      emptied: () => this.view.emptied(),
    };
    if (recording) {
      this.#begin(play(new URL(recording, document.baseURI).href, listener));
    } else if (meeting) {
      const base = new URL(this.getAttribute("server") || HOME, document.baseURI).href;
      const where = { base: base.endsWith("/") ? base : `${base}/`, meeting };
      this.#begin(follow({ ...where, token: this.getAttribute("token") ?? "" }, listener));
    } else {
      this.#source = null;
      this.view.show(null, { code: "no_meeting" });
    }
  }

  /** @param {{source: Source, leave: () => void}} watched */
  #begin({ source, leave }) {
    this.#source = source;
    this.#leave = leave;
    this.view.show(source);
    this.#turned();
  }

  #disconnect() {
    this.#leave?.();
    this.#leave = this.#source = null;
    this.#phase = this.#code = "";
  }

  /** @param {string[]} ids */
  #changed(ids) {
    this.view.changed(ids);
    const { captions, history } = this.#source ?? {};
    for (const id of ids) {
      const line = captions?.line(id);
      if (!line?.final || line.kind !== "caption") continue;
      const { start, end, text, language, speaker, track, flags } = line;
      this.#tell("caption", { segment: id, start, end, text, language, speaker, track, flags, history });
    }
  }

  #turned() {
    if (!this.#source) return;
    this.view.turned();
    const { phase, problem } = this.#source;
    if (phase !== this.#phase) this.#tell("state", { state: phase });
    if (problem && problem.code !== this.#code)
      this.#tell("error", { code: problem.code, message: problem.message ?? "" });
    this.#phase = phase;
    this.#code = problem?.code ?? "";
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`steno-${name}`, { bubbles: true, composed: true, detail }));
  }

  /** @param {import("./view.js").Wish} wish */
  #wish(wish) {
    const step = { smaller: -1, larger: 1 }[String(wish)];
    if (step) this.setAttribute("size", String(Math.max(0, Math.min(SIZES - 1, this.#size + step))));
    else if (wish === "pause") this.toggleAttribute("paused");
    else if (this.getAttribute("contrast") === "more") this.removeAttribute("contrast");
    else this.setAttribute("contrast", "more");
  }

  get #size() {
    const size = Number(this.getAttribute("size") ?? DEFAULT_SIZE);
    return Number.isInteger(size) && size >= 0 && size < SIZES ? size : DEFAULT_SIZE;
  }

  #look() {
    const around = this.closest("[lang]");
    const wanted = around instanceof HTMLElement ? [around.lang] : [];
    this.view.speak(firstKnown([...wanted, ...navigator.languages]));
    this.view.look({
      paused: this.hasAttribute("paused"),
      contrast: this.getAttribute("contrast") === "more",
      size: this.#size,
    });
  }
}
