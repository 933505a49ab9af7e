/**
 * The sections of a report, who spoke how long, and what was left out. In: a report and what a reader may do
 * with its items; out: the nodes.
 */

import { made } from "../view/dom.js";
import { bringBackButton, removedRow, row } from "./item.js";
import { why } from "./sentences.js";

/** @typedef {import("./calls.js").Report} Report */
/** @typedef {import("./calls.js").Section} Section */
/** @typedef {import("./calls.js").Dropped} Dropped */
/** @typedef {import("./item.js").Acts} Acts */
/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {ReadonlyMap<string, number>} Places of items that were removed a moment ago */

/** Why an item is left out that somebody removed. */
const REMOVED = "it was removed by hand";
const SPEAKERS = 8;

/** @param {Report} report @param {Voice} voice @param {Acts} acts @param {Places} places
 * @returns {HTMLElement[]} */
export function sections(report, voice, acts, places) {
  const gone = report.dropped.filter(({ why, item }) => why === REMOVED && places.has(item.id));
  return report.sections.flatMap((one) => {
    const rows = one.items.map((item) => row(item, one.kind, voice, acts));
    for (const { section, item } of gone) {
      if (section !== one.key) continue;
      rows.splice(places.get(item.id) ?? rows.length, 0, removedRow(item, voice, acts));
    }
    return rows.length ? [section(one, rows, report.language)] : [];
  });
}

/** @param {Section} told @param {HTMLElement[]} rows @param {string} language */
function section({ heading, kind }, rows, language) {
  const title = made("h3", "", heading);
  const list = made("ul", "points");
  list.dataset.kind = kind;
  title.lang = list.lang = language;
  list.append(...rows);
  return under(title, list);
}

/** @param {[string, number][]} times the longest first @param {Voice} voice @returns {HTMLElement[]} */
export function talk(times, voice) {
  if (!times.some(([name]) => name)) return [];
  const total = times.reduce((sum, [, seconds]) => sum + seconds, 0) || 1;
  const percent = new Intl.NumberFormat(voice.language, { style: "percent" });
  const rest = times.slice(SPEAKERS).reduce((sum, [, seconds]) => sum + seconds, 0);
  /** @type {[string, number][]} */
  const shown = times.slice(0, SPEAKERS).map(([name, seconds]) => [name || voice.say("somebody"), seconds]);
  if (rest) shown.push([voice.say("others"), rest]);
  const list = made("ul", "talk");
  for (const [name, seconds] of shown) {
    const node = made("li");
    const bar = made("i");
    bar.style.width = `${(100 * seconds) / total}%`;
    const share = made("span", "share");
    share.append(bar);
    node.append(
      made("b", "", name),
      share,
      made("span", "spent", `${voice.length(seconds)} · ${percent.format(seconds / total)}`),
    );
    list.append(node);
  }
  return [under(made("h3", "", voice.say("talk")), list)];
}

/** @param {Report} report @param {Voice} voice @param {Acts} acts @param {boolean} open
 * @returns {HTMLElement[]} */
export function leftOut({ dropped, language }, voice, acts, open) {
  if (!dropped.length) return [];
  const node = /** @type {HTMLDetailsElement} */ (made("details", "left-out"));
  node.open = open;
  const list = made("ul");
  list.append(...dropped.map((one) => refused(one, language, voice, acts)));
  node.append(
    made("summary", "", voice.say("left_out", { count: dropped.length })),
    made("p", "hint", voice.say("left_out_hint")),
    list,
  );
  return [node];
}

/** @param {Dropped} dropped @param {string} language @param {Voice} voice @param {Acts} acts */
function refused({ item, why: reason }, language, voice, acts) {
  const node = made("li");
  const text = made("p", "statement", item.text);
  text.lang = language;
  node.append(text, made("p", "why", why(reason, voice.language)));
  if (reason === REMOVED) node.append(bringBackButton(item, voice, acts));
  return node;
}

/** @param {HTMLElement[]} parts */
function under(...parts) {
  const block = made("section");
  block.append(...parts);
  return block;
}
