/**
 * The report on a meeting's page. In: a report as the server gives it; out: the nodes of its sections. Each
 * statement stands with its moment, a button that leads to the words. Whatever was said is shown as text.
 */

import { made } from "../view/dom.js";

/** @typedef {{start_s: number, end_s: number, speaker: string}} Quote */
/** @typedef {{text: string, quotes: Quote[]}} Item */
/** @typedef {{heading: string, kind: string, items: Item[]}} Section */
/** @typedef {{language: string, sections: Section[], stats: {talk_time: [string, number][]}}} Report */

const SPEAKERS = 8;

/** @param {Report} report @param {import("../i18n.js").Voice} voice @param {(seconds: number) => void} jump
 * @returns {HTMLElement[]} */
export function sections({ language, sections, stats }, voice, jump) {
  const shown = sections.filter(({ items }) => items.length).map((one) => section(one, language, voice, jump));
  return stats.talk_time.some(([name]) => name) ? [talk(stats.talk_time, voice), ...shown] : shown;
}

/** @param {[string, number][]} times @param {import("../i18n.js").Voice} voice */
function talk(times, voice) {
  const total = times.reduce((sum, [, seconds]) => sum + seconds, 0);
  const percent = new Intl.NumberFormat(voice.language, { style: "percent" });
  const list = made("ul", "talk");
  for (const [name, seconds] of times.slice(0, SPEAKERS)) {
    const row = made("li");
    row.append(made("b", "", name || voice.say("report_somebody")));
    row.append(` ${voice.length(seconds)} · ${percent.format(total ? seconds / total : 0)}`);
    list.append(row);
  }
  return under(made("h3", "", voice.say("report_talk")), list);
}

/** @param {Section} told @param {string} language @param {import("../i18n.js").Voice} voice
 * @param {(seconds: number) => void} jump */
function section({ heading, kind, items }, language, voice, jump) {
  const title = made("h3", "", heading);
  const list = made("ul", "points");
  title.lang = list.lang = language;
  for (const { text, quotes } of items) {
    const row = made("li");
    const words = made("p", "", text);
    const [first] = quotes;
    if (first?.speaker && kind !== "topics") words.prepend(made("b", "who", `${first.speaker} `));
    if (first) row.append(moment(first.start_s, voice, jump));
    row.append(words);
    list.append(row);
  }
  return under(title, list);
}

/** @param {number} seconds @param {import("../i18n.js").Voice} voice @param {(seconds: number) => void} jump */
function moment(seconds, voice, jump) {
  const button = /** @type {HTMLButtonElement} */ (made("button", "moment", voice.clock(seconds)));
  button.type = "button";
  button.ariaLabel = voice.say("report_jump", { at: voice.clock(seconds) });
  button.addEventListener("click", () => jump(seconds));
  return button;
}

/** @param {HTMLElement[]} parts */
function under(...parts) {
  const block = made("section");
  block.append(...parts);
  return block;
}
