/**
 * A page in the language of its reader. In: what the page says, and what to do when the reader chooses another
 * language; out: the text of every element with `data-t`, the names of those with `data-t-label`, and which
 * button of a language is pressed.
 */

import { preferences } from "../preferences.js";
import { Voice, firstKnown } from "../voice.js";
import { each } from "./dom.js";

/** @typedef {import("../voice.js").Language} Language */
/** @typedef {Record<Language, Record<string, string>>} Sentences */

/** The voice that the reader chose before, or that the browser asks for.
 * @param {Sentences} sentences */
export function firstVoice(sentences) {
  return new Voice(firstKnown([preferences.get("interface"), ...navigator.languages]), sentences);
}

/** Give a voice whenever the reader chooses a language.
 * @param {Sentences} sentences @param {(voice: Voice) => void} chosen */
export function onLanguage(sentences, chosen) {
  for (const button of each("[data-interface]", HTMLButtonElement)) {
    button.addEventListener("click", () => {
      const language = /** @type {Language} */ (button.dataset.interface);
      preferences.set("interface", language);
      chosen(new Voice(language, sentences));
    });
  }
}

/** Say everything on the page that stands in its markup.
 * @param {Voice} voice */
export function speakPage(voice) {
  document.documentElement.lang = voice.language;
  for (const node of each("[data-t]", HTMLElement)) node.textContent = voice.say(node.dataset.t ?? "");
  for (const node of each("[data-t-label]", HTMLElement)) node.ariaLabel = voice.say(node.dataset.tLabel ?? "");
  for (const button of each("[data-interface]", HTMLButtonElement))
    button.ariaPressed = String(button.dataset.interface === voice.language);
}
