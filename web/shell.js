/**
 * What the pages of settings and of the server have in common: who is signed in, the form that asks for a key,
 * the language, and the place for a problem. In: the page's sentences and what it does; out: its frame.
 */

import { Refused, problemOf } from "./api.js";
import { signIn, whoIs } from "./signin.js";
import { element, put } from "./view/dom.js";
import { firstVoice, onLanguage, speakPage } from "./view/spoken.js";

/** @typedef {{enter: () => void, show: () => void}} Actions `enter`: somebody is signed in; `show`: draw anew */

export class Shell {
  /** @type {import("./signin.js").Who | null} */
  who = null;
  #problem = "";

  /** @param {string} base @param {import("./view/spoken.js").Sentences} sentences @param {Actions} actions */
  constructor(base, sentences, actions) {
    this.base = base;
    this.actions = actions;
    this.voice = firstVoice(sentences);
    onLanguage(sentences, (chosen) => {
      this.voice = chosen;
      this.show();
    });
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
    speakPage(voice);
    document.title = voice.say("page");
    const text = this.#problem ? voice.say(`problem_${this.#problem}`) : "";
    put(element("problem"), text);
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
