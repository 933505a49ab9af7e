/**
 * What a reader does with a whole meeting: save it as a file, give others a link to it, delete it. In: the
 * calls of the meeting; out: files, windows, and word of what went wrong.
 */

import { sharedPage } from "../protocol.js";
import { Deleting } from "../meetings/deleting.js";
import { each, element, saveFile } from "../view/dom.js";
import { share } from "./dialogs.js";

/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {import("./calls.js").MeetingCalls} MeetingCalls */
/** @typedef {import("./calls.js").Meeting} Meeting */

export class Actions {
  #meeting = /** @type {Meeting | null} */ (null);

  /** @param {string} base @param {MeetingCalls} calls @param {() => Voice} voice
   * @param {(fault: unknown) => string} wrong what went wrong, as a sentence */
  constructor(base, calls, voice, wrong) {
    this.calls = calls;
    this.voice = voice;
    const deleting = new Deleting(() => calls.delete(), () => location.assign(new URL("meetings", base)), voice);
    const menu = element("downloads", HTMLDetailsElement);
    for (const button of each("[data-format]", HTMLButtonElement)) {
      button.addEventListener("click", () => {
        menu.open = false;
        menu.querySelector("summary")?.focus();
        const [what, format] = (button.dataset.format ?? "").split(" ");
        void this.#save(/** @type {"transcript" | "report"} */ (what), format, wrong);
      });
    }
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
    document.addEventListener("click", ({ target }) => {
      if (target instanceof Node && !menu.contains(target)) menu.open = false;
    });
    element("share").addEventListener("click", () => {
      const make = async (/** @type {number} */ seconds) => {
        const { token, expires_at: until } = await calls.share(seconds);
        return { link: sharedPage(base, this.#meeting?.id ?? "", token), until };
      };
      share(voice(), make, wrong);
    });
    element("remove").addEventListener("click", () => {
      if (this.#meeting) deleting.ask(/** @type {any} */ (this.#meeting));
    });
    // What stands on the page before this module has come does nothing.
    element("actions").inert = false;
  }

  /** @param {Meeting} meeting @param {boolean} editable */
  show(meeting, editable) {
    this.#meeting = meeting;
    element("share").hidden = element("remove").hidden = !editable;
  }

  /** @param {"transcript" | "report"} what @param {string} format @param {(fault: unknown) => string} wrong */
  async #save(what, format, wrong) {
    const told = element("saving");
    told.textContent = this.voice().say("saving");
    try {
      const file = await this.calls.file(what, format);
      saveFile(file, `${this.#meeting?.title || this.voice().say(what)}.${format}`);
      told.textContent = "";
    } catch (fault) {
      told.textContent = wrong(fault);
    }
  }
}
