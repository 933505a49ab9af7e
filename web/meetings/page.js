/**
 * The list of meetings: newest first, and found by title, by what was said, by state and by day. In: what the
 * reader looks for, which the address keeps, and the answers of HTTP calls; out: the page.
 */

import { Refused, problemOf } from "../api.js";
import { signIn, whoIs } from "../signin.js";
import { element } from "../view/dom.js";
import { firstVoice, onLanguage, speakPage } from "../view/spoken.js";
import { ListCalls } from "./calls.js";
import { Deleting } from "./deleting.js";
import { Pager } from "./pager.js";
import { hitRow, meetingRow } from "./rows.js";
import { SENTENCES } from "./sentences.js";

/** @typedef {import("./calls.js").Meeting} Meeting */

const TYPING_MS = 200;
const AGAIN_MS = 10_000;
const NAMES = /** @type {const} */ (["q", "status", "from", "to"]);
const base = new URL("./", document.baseURI).href;
const calls = new ListCalls(base);
const fields = Object.fromEntries(
  NAMES.map((name) => [name, /** @type {HTMLInputElement | HTMLSelectElement} */ (element(name))]),
);

let voice = firstVoice(SENTENCES);
let problem = "";
let ready = false;
let typing = 0;
/** When the server is asked again that did not answer. */
let later = 0;
/** Whether the reader may delete meetings. */
let manages = false;

const list = new Pager(element("more"), element("main"), true, (cursor) => calls.meetings(filter(cursor)), addMeetings, missed);
const hits = new Pager(element("more-hits"), element("main"), false, (cursor) => calls.hits(filter(cursor)), addHits, missed);
const deleting = new Deleting((meeting) => calls.delete(meeting), gone, () => voice);

onLanguage(SENTENCES, (chosen) => {
  voice = chosen;
  show();
  if (ready) {
    addMeetings(list.items, true);
    addHits(hits.items, true);
  }
});
element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void enter(element("key", HTMLInputElement).value.trim());
});
element("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  changed(0);
});
element("filters").addEventListener("input", ({ target }) => changed(target === fields.q ? TYPING_MS : 0));

const asked = new URLSearchParams(location.search);
// What was typed before this script ran stays.
for (const name of NAMES) {
  const given = asked.get(name);
  if (given !== null) fields[name].value = given.slice(0, 200);
}
show();
void begin();

/** Ask who this browser is before anything that might be refused. */
async function begin() {
  try {
    const who = await whoIs(base);
    if (!who.signed_in) throw new Refused(401, "", "");
    manages = who.scopes.includes("manage");
    await look();
  } catch (fault) {
    fail(fault);
  }
}

/** @param {string} key */
async function enter(key) {
  problem = await signIn(base, key);
  if (problem) show();
  else await begin();
}

/** @param {number} after milliseconds, in which more may be typed */
function changed(after) {
  clearTimeout(typing);
  typing = setTimeout(() => void look(), after);
}

/** Read both lists anew. */
async function look() {
  const wanted = new URLSearchParams(NAMES.map((name) => [name, fields[name].value.trim()]).filter(([, value]) => value));
  history.replaceState(null, "", wanted.size ? `?${wanted}` : location.pathname);
  problem = "";
  clearTimeout(later);
  if (fields.q.value.trim()) await Promise.all([list.start(), hits.start()]);
  else {
    hits.stop();
    await list.start();
  }
}

/** @param {string} cursor @returns {import("../protocol.js").Filter} */
function filter(cursor) {
  const [from, to] = [day(fields.from.value, 0), day(fields.to.value, 1)];
  return { q: typed(fields.q.value.trim()), status: fields.status.value, from, to, cursor };
}

/** What was typed, whose last word may still grow.
 * @param {string} text */
function typed(text) {
  return /[\p{L}\p{N}]{2}$/u.test(text) && text.length < 200 && (text.match(/"/g) ?? []).length % 2 === 0 ? `${text}*` : text;
}

/** The moment at which a day of the reader's begins, so many days later.
 * @param {string} text @param {number} later */
function day(text, later) {
  const [year, month, date] = text.split("-").map(Number);
  return date ? new Date(year, month - 1, date + later).toISOString() : "";
}

/** @param {Meeting[]} added @param {boolean} first */
function addMeetings(added, first) {
  ready = true;
  const rows = added.map((meeting) => meetingRow(meeting, voice, base, manages ? () => deleting.ask(meeting) : null));
  if (first) element("list").replaceChildren(...rows);
  else element("list").append(...rows);
  tell();
}

/** @param {import("./calls.js").Hit[]} added @param {boolean} first */
function addHits(added, first) {
  const rows = added.map((hit) => hitRow(hit, voice, base));
  if (first) element("hit-list").replaceChildren(...rows);
  else element("hit-list").append(...rows);
  element("hits").hidden = !hits.items.length;
  tell();
}

/** Say how much there is. */
function tell() {
  const looked = NAMES.some((name) => fields[name].value.trim());
  const none = !list.items.length;
  element("none").hidden = !none;
  element("none").textContent = voice.say(looked ? "none_found" : "none_yet");
  element("list-title").classList.toggle("unseen", !hits.items.length);
  const more = element("more").hidden ? "" : "+";
  element("told").textContent = voice.say("told", { meetings: `${list.items.length}${more}`, hits: hits.items.length });
  show();
}

/** A page of a list could not be read.
 * @param {unknown} fault @param {(() => Promise<void>) | null} next read on; null: it was the first */
function missed(fault, next) {
  fail(fault, next ?? look);
}

/** @param {unknown} fault @param {() => Promise<void>} [again] what is tried again where no answer came */
function fail(fault, again = begin) {
  problem = problemOf(fault);
  clearTimeout(later);
  if (problem === "unreachable")
    later = setTimeout(() => {
      problem = "";
      void again();
    }, AGAIN_MS);
  show();
}

/** @param {string} meeting that was deleted */
function gone(meeting) {
  list.items = list.items.filter(({ id }) => id !== meeting);
  hits.items = hits.items.filter((hit) => hit.meeting.id !== meeting);
  addMeetings(list.items, true);
  addHits(hits.items, true);
  element("title").focus();
}

function show() {
  speakPage(voice);
  element("problem").textContent = problem ? voice.say(`problem_${problem}`) : "";
  element("problem").hidden = !problem;
  const outside = problem.startsWith("key");
  element("key-form").hidden = !outside;
  element("content").hidden = outside;
  document.title = voice.say("page");
}
