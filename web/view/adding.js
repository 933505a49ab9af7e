/**
 * The panel for one more source of sound: who speaks, and where the sound comes from. In: which microphones there
 * are, asked when it opens. Out: one wish.
 */

import { sharesSound } from "../audio/capture.js";
import { element, made } from "./dom.js";

/** @typedef {(kind: import("../store.js").Kind, wanted: {name: string, device?: string, file?: File}) => void} Add */

export class AddPanel {
  #panel = element("add-panel", HTMLDialogElement);
  #name = element("add-name", HTMLInputElement);
  #device = element("add-device", HTMLSelectElement);
  /** What one without a name is called. @type {(kind: import("../store.js").Kind) => string} */
  nameless = () => "";

  /** @param {Add} add */
  constructor(add) {
    this.add = add;
    element("add").addEventListener("click", () => void this.#open());
    element("add-close").addEventListener("click", () => this.#panel.close());
    this.#panel.addEventListener("click", (event) => event.target === this.#panel && this.#panel.close());
    element("add-microphone").addEventListener("click", () =>
      this.#wish("microphone", { device: this.#device.value || undefined }),
    );
    element("add-tab").addEventListener("click", () => this.#wish("tab", {}));
    element("add-tab").hidden = !sharesSound();
    const file = element("add-file", HTMLInputElement);
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) this.#wish("file", { file: chosen });
      file.value = "";
    });
  }

  /** The meeting is over. */
  close() {
    this.#panel.close();
  }

  async #open() {
    this.#name.value = "";
    this.#panel.showModal();
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const microphones = devices.filter(({ kind, label }) => kind === "audioinput" && label);
    const options = microphones.map(({ deviceId, label }) =>
      Object.assign(/** @type {HTMLOptionElement} */ (made("option", "", label)), { value: deviceId }),
    );
    this.#device.replaceChildren(...options);
    element("add-which").hidden = options.length < 2;
  }

  /** @param {import("../store.js").Kind} kind @param {{device?: string, file?: File}} from */
  #wish(kind, from) {
    this.#panel.close();
    this.add(kind, { ...from, name: this.#name.value.trim() || from.file?.name.slice(0, 100) || this.nameless(kind) });
  }
}
