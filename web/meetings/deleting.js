/**
 * The question before a meeting is deleted, and the receipt after it. In: a meeting; out: a dialog, the call,
 * and word that the meeting is gone.
 */

import { element, made, saveFile } from "../view/dom.js";

/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {import("./calls.js").Meeting} Meeting */
/** @typedef {import("./calls.js").Deletion} Deletion */

export class Deleting {
  #dialog = element("dialog", HTMLDialogElement);
  #meeting = /** @type {Meeting | null} */ (null);
  #receipt = /** @type {Deletion | null} */ (null);

  /** @param {(meeting: string) => Promise<Deletion>} call @param {(meeting: string) => void} gone
   * @param {() => Voice} voice */
  constructor(call, gone, voice) {
    this.call = call;
    this.gone = gone;
    this.voice = voice;
    element("keep").addEventListener("click", () => this.#dialog.close());
    element("delete").addEventListener("click", () => void this.#delete());
    element("save").addEventListener("click", () => this.#save());
    this.#dialog.addEventListener("close", () => {
      if (this.#receipt) this.gone(this.#receipt.meeting_id);
    });
  }

  /** @param {Meeting} meeting */
  ask(meeting) {
    this.#meeting = meeting;
    this.#receipt = null;
    this.#show("");
    this.#dialog.showModal();
    element("keep").focus();
  }

  /** @param {string} problem */
  #show(problem) {
    const [meeting, receipt, voice] = [this.#meeting, this.#receipt, this.voice()];
    const title = meeting?.title || voice.say("untitled");
    element("dialog-title").textContent = voice.say(receipt ? "deleted" : "delete_ask", { title });
    element("dialog-text").textContent = voice.say(receipt ? "deleted_text" : "delete_text");
    element("dialog-problem").textContent = problem;
    element("dialog-problem").hidden = !problem;
    element("receipt").hidden = element("save").hidden = !receipt;
    element("delete").hidden = receipt !== null;
    element("keep").textContent = voice.say(receipt ? "close" : "keep");
    element("receipt").replaceChildren(...(receipt ? facts(receipt, voice) : []));
  }

  async #delete() {
    const [meeting, button] = [this.#meeting, element("delete", HTMLButtonElement)];
    if (!meeting || button.disabled) return;
    button.disabled = true;
    try {
      const receipt = await this.call(meeting.id);
      if (this.#meeting !== meeting || !this.#dialog.open) {
        this.gone(meeting.id);
        return;
      }
      this.#receipt = receipt;
      this.#show("");
      element("dialog-title").focus();
    } catch {
      this.#show(this.voice().say("problem_delete"));
    } finally {
      button.disabled = false;
    }
  }

  #save() {
    const receipt = this.#receipt;
    if (!receipt) return;
    saveFile(new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }), `${receipt.id}.json`);
  }
}

/** @param {Deletion} receipt @param {Voice} voice */
function facts({ id, deleted_at: at, removed }, voice) {
  const kinds = Object.entries(removed).filter(([, count]) => count);
  const counted = kinds.map(([kind, count]) => `${voice.say(`kind_${kind}`)}: ${count}`).join(", ");
  return [
    ["receipt", id],
    ["deleted_at", voice.moment(at, "long", "medium")],
    ["removed", counted || voice.say("removed_none")],
  ].flatMap(([name, value]) => [made("dt", "", voice.say(name)), made("dd", "", value)]);
}
