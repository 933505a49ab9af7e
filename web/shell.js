/**
 * What the pages of settings and of the server have in common: who is signed in, the form that asks for a key,
 * the language, and the place for a problem. In: the page's sentences and what it does; out: its frame.
 */

import { Refused, problemOf } from "./api.js";
import { preferences } from "./preferences.js";
import { signIn, whoIs } from "./signin.js";
import { each, element } from "./view/dom.js";
import { Voice, firstKnown } from "./voice.js";

/** @typedef {import("./voice.js").Language} Language */
/** @typedef {{enter: () => void, show: () => void}} Actions `enter`: somebody is signed in; `show`: draw anew */

export class Shell {
  /** @type {import("./signin.js").Who | null} */
  who = null;
  #problem = "";

  /** @param {string} base @param {Record<Language, Record<string, string>>} sentences @param {Actions} actions */
  constructor(base, sentences, actions) {
    this.base = base;
    this.sentences = sentences;
    this.actions = actions;
    this.voice = new Voice(firstKnown([preferences.get("interface"), ...navigator.languages]), sentences);
    for (const button of each("[data-interface]", HTMLButtonElement)) {
      button.addEventListener("click", () => {
        const language = /** @type {Language} */ (button.dataset.interface);
        preferences.set("interface", language);
        this.voice = new Voice(language, sentences);
        this.show();
      });
    }
    element("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#signIn(element("key", HTMLInputElement));
    });
  }

  /** Ask who this browser is before anything that might be refused. */
  begin() {
    this.show();
    void this.#ask();
  }

  /** Whether a key must be shown first. */
  get outside() {
    return this.#problem.startsWith("key");
  }

  /** All is well. */
  clear() {
    this.#problem = "";
    this.show();
  }

  /** A call failed. @param {unknown} fault */
  fail(fault) {
    this.#problem = problemOf(fault);
    if (this.outside) this.who = null;
    this.show();
  }

  show() {
    const { voice } = this;
    document.documentElement.lang = voice.language;
    document.title = voice.say("page");
    for (const node of each("[data-t]", HTMLElement)) node.textContent = voice.say(node.dataset.t ?? "");
    for (const node of each("[data-t-label]", HTMLElement)) node.ariaLabel = voice.say(node.dataset.tLabel ?? "");
    for (const button of each("[data-interface]", HTMLButtonElement))
      button.ariaPressed = String(button.dataset.interface === voice.language);
    const text = this.#problem ? voice.say(`problem_${this.#problem}`) : "";
    // Written only when it changes: an alert is read out each time.
    if (element("problem").textContent !== text) element("problem").textContent = text;
    element("problem").toggleAttribute("data-calm", this.#problem === "key");
    element("problem").hidden = !text;
    element("key-form").hidden = !this.outside;
    this.actions.show();
  }

  async #ask() {
    try {
      const who = await whoIs(this.base);
      if (!who.signed_in) throw new Refused(401, "", "");
      this.who = who;
      this.clear();
      this.actions.enter();
    } catch (fault) {
      this.fail(fault);
      if (this.outside) element("key").focus();
      else setTimeout(() => void this.#ask(), 5_000);
    }
  }

  /** @param {HTMLInputElement} field */
  async #signIn(field) {
    this.#problem = await signIn(this.base, field.value.trim());
    field.value = "";
    if (this.#problem) this.show();
    else await this.#ask();
    if (this.outside) field.focus();
    else element("main").focus();
  }
}
