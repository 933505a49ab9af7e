/**
 * One statement of a report as a row. In: an item and what its section is; out: a node in which the words it
 * rests on stand beside it, each with a button that leads to them. Whatever was said, written or typed is
 * shown as text.
 */

import { button, made } from "../view/dom.js";

/** @typedef {import("./calls.js").Item} Item */
/** @typedef {import("./calls.js").Quote} Quote */
/** @typedef {import("../voice.js").Voice} Voice */
/**
 * @typedef {object} Acts what a reader may do with an item
 * @property {(quote: Quote, from: HTMLElement) => void} jump
 * @property {(item: Item, kind: string, row: HTMLElement) => void} edit
 * @property {(item: Item) => void} bringBack
 */

/** Letters of a quote; the rest is where its moment leads. */
const QUOTED = 280;
/** Letters of a statement in the name of its button. */
const NAMED = 80;

/** @param {Item} item @param {string} kind @param {Voice} voice @param {Acts} acts */
export function row(item, kind, voice, acts) {
  const own = item.quotes.length > 0 && (item.support === "verbatim" || kind === "topics");
  const node = own ? itsQuote(item, kind, voice, acts) : statement(item, kind, voice, acts);
  node.dataset.item = item.id;
  node.append(editButton(item, voice, () => acts.edit(item, kind, node)));
  return node;
}

/** In place of an item that was removed a moment ago.
 * @param {Item} item @param {Voice} voice @param {Acts} acts */
export function removedRow(item, voice, acts) {
  const node = made("li", "gone");
  node.dataset.item = item.id;
  const told = made("p", "", voice.say("removed", { text: short(item.text) }));
  node.append(told, bringBackButton(item, voice, acts));
  return node;
}

/** @param {Item} item @param {Voice} voice @param {Acts} acts */
export function bringBackButton(item, voice, acts) {
  const node = button("bring-back", voice.say("bring_back"), () => acts.bringBack(item));
  node.ariaLabel = voice.say("bring_back_it", { text: short(item.text) });
  return node;
}

/** What was said is itself the item.
 * @param {Item} item @param {string} kind @param {Voice} voice @param {Acts} acts */
function itsQuote({ text, quotes: [first], outdated }, kind, voice, acts) {
  const node = made("li", "verbatim");
  const words = made("p", "statement", text);
  if (first.speaker && kind !== "topics") words.prepend(made("b", "speaker", `${first.speaker} `));
  const said = made("div", "cited");
  said.append(words);
  if (outdated) said.append(markList([mark(voice, "doubted", "outdated")], voice));
  node.append(moment(first, voice, acts), said);
  return node;
}

/** @param {Item} item @param {string} kind @param {Voice} voice @param {Acts} acts */
function statement(item, kind, voice, acts) {
  const node = made("li", "rested");
  const said = made("div", "claim");
  said.append(made("p", "statement", item.text));
  const told = marks(item, kind, voice);
  if (told.length) said.append(markList(told, voice));
  const quotes = made("div", "quotes");
  quotes.append(...item.quotes.map((quote) => quoted(quote, voice, acts)));
  node.append(said, quotes);
  return node;
}

/** Owner, due date, doubts and edits.
 * @param {Item} item @param {string} kind @param {Voice} voice */
function marks({ owner, due_text: words, due_date: date, certainty, support, flags, outdated }, kind, voice) {
  const told = [];
  if (owner) told.push(mark(voice, "owner", "owner", { name: owner }));
  else if (kind === "actions") told.push(mark(voice, "", "no_owner"));
  const day = date ? dayOf(date, voice) : "";
  if (day && words) told.push(mark(voice, "due", "due_words", { day, words }));
  else if (day || words) told.push(mark(voice, "due", "due", { day: day || (words ?? "") }));
  if (certainty === "tentative") told.push(mark(voice, "", "tentative"));
  if (support === "weak") told.push(mark(voice, "doubted", "weak"));
  if (support === "edited") told.push(mark(voice, "by-hand", "edited"));
  if (outdated) told.push(mark(voice, "doubted", "outdated"));
  const known = (/** @type {string} */ flag) => `flag_${flag}` in voice.sentences[voice.language];
  return [...told, ...flags.map((flag) => mark(voice, "doubted", known(flag) ? `flag_${flag}` : "flag_other"))];
}

/** @param {Voice} voice @param {string} className @param {string} key @param {Record<string, string>} [values] */
function mark(voice, className, key, values) {
  return made("li", `mark ${className}`, voice.say(key, values));
}

/** @param {HTMLElement[]} told @param {Voice} voice */
function markList(told, voice) {
  const list = made("ul", "marks");
  list.lang = voice.language;
  list.append(...told);
  return list;
}

/** @param {string} date as 2026-11-27 @param {Voice} voice */
function dayOf(date, voice) {
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return date;
  return new Intl.DateTimeFormat(voice.language, { dateStyle: "medium", timeZone: "UTC" }).format(day);
}

/** @param {Quote} quote @param {Voice} voice @param {Acts} acts */
function quoted(quote, voice, acts) {
  const node = made("blockquote");
  const head = made("p", "source");
  const label = made("span", "quoted", voice.say("quoted"));
  label.lang = voice.language;
  head.append(label, moment(quote, voice, acts));
  if (quote.speaker) head.append(made("b", "speaker", quote.speaker));
  node.append(head, made("p", "quote", short(quote.text, QUOTED)));
  return node;
}

/** @param {Quote} quote @param {Voice} voice @param {Acts} acts */
function moment(quote, voice, acts) {
  const at = voice.clock(Math.floor(quote.start_s));
  const node = button("moment", at, () => acts.jump(quote, node));
  node.ariaLabel = voice.say("jump", { at });
  node.lang = voice.language;
  return node;
}

/** @param {Item} item @param {Voice} voice @param {() => void} act */
function editButton({ text }, voice, act) {
  const node = button("edit", "✎", act);
  node.ariaLabel = voice.say("edit", { text: short(text) });
  node.lang = voice.language;
  return node;
}

/** @param {string} text @param {number} [most] letters */
function short(text, most = NAMED) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
