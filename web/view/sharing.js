/**
 * The panel that lets others read along: a link, and the lines that show the captions on a page. Both hold a
 * token that can do nothing but read this meeting, for as long as is chosen. In: a function that makes them.
 */

import { Refused } from "../api.js";
import { copied, element } from "./dom.js";

/** @typedef {(seconds: number) => Promise<{link: string, embed: string}>} Invite */
/** @typedef {import("../voice.js").Voice} Voice */

export class SharePanel {
  #panel = element("share-panel", HTMLDialogElement);
  #link = element("share-link", HTMLInputElement);
  #embed = element("share-embed", HTMLTextAreaElement);
  #period = element("share-period", HTMLSelectElement);
  #asked = 0;

  /** @param {Invite} invite @param {() => Voice} voice */
  constructor(invite, voice) {
    this.invite = invite;
    this.voice = voice;
    element("share").addEventListener("click", () => this.#open());
    element("share-close").addEventListener("click", () => this.#panel.close());
    this.#panel.addEventListener("click", (event) => event.target === this.#panel && this.#panel.close());
    this.#period.addEventListener("change", () => void this.#make());
    element("copy-link").addEventListener("click", () => void this.#copy(this.#link));
    element("copy-embed").addEventListener("click", () => void this.#copy(this.#embed));
  }

  /** The meeting is over. */
  close() {
    this.#panel.close();
  }

  #open() {
    this.#panel.showModal();
    void this.#make();
  }

  async #make() {
    const asked = ++this.#asked;
    this.#fill("", "");
    this.#say("");
    try {
      const { link, embed } = await this.invite(Number(this.#period.value));
      if (asked === this.#asked) this.#fill(link, embed);
    } catch (error) {
      const refused = error instanceof Refused && [401, 403].includes(error.status);
      if (asked === this.#asked) this.#say(refused ? "share_not_allowed" : "share_failed");
    }
  }

  /** @param {string} link @param {string} embed */
  #fill(link, embed) {
    this.#link.value = link;
    this.#embed.value = embed;
    for (const id of ["copy-link", "copy-embed"]) element(id, HTMLButtonElement).disabled = !link;
  }

  /** @param {HTMLInputElement | HTMLTextAreaElement} field */
  async #copy(field) {
    this.#say((await copied(field)) ? "copied" : "copy_yourself");
  }

  /** @param {string} key of a sentence, or nothing */
  #say(key) {
    element("share-told").textContent = key ? this.voice().say(key) : "";
  }
}
