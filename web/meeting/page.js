/**
 * A meeting's page: what it is, its report, where its sound went, what was said. In: the meeting's id in the
 * address and the answers of HTTP calls; out: the page, anew every few seconds while the meeting is live. The
 * report is shown when the meeting has ended.
 */

import { Refused, granted } from "../api.js";
import { Voice, firstKnown } from "../voice.js";
import { preferences } from "../preferences.js";
import { meetingUrls } from "../protocol.js";
import { ReportCalls } from "../report/calls.js";
import { ReportCard } from "../report/card.js";
import { signIn, whoIs } from "../signin.js";
import { each, element, made } from "../view/dom.js";
import { SENTENCES } from "./sentences.js";
import { OUTCOMES, Timeline } from "./timeline.js";

/** @typedef {import("./timeline.js").Outcome} Outcome */
/** @typedef {import("./timeline.js").Slice} Slice */
/** @typedef {{title: string | null, status: string, started_at: string | null, duration: number}} Meeting */
/** @typedef {{start: number, end: number, reason?: string}} Loss */
/** @typedef {{coverage: Record<Outcome | "received", number>, slices: Slice[], intervals: Loss[], next_cursor?: number}} Coverage */
/** @typedef {{id: string, start: number, text: string, language: string, speaker?: string, flags?: string[]}} Segment */
/** @typedef {{meeting: Meeting, coverage: Coverage, segments: Segment[]}} Shown */

const SLICES = 96;
const AGAIN_MS = 10_000;
const PATIENCE = { patience: 30_000 };
/** Seconds below which sound that has no outcome yet is rounding. */
const OPEN = 0.5;

const base = new URL("../", document.baseURI).href;
const name = decodeURIComponent(new URL(document.baseURI).pathname.split("/").at(-1) ?? "");
const urls = meetingUrls(base, name, SLICES);

let voice = new Voice(firstKnown([preferences.get("interface"), ...navigator.languages]), SENTENCES);
/** @type {Shown | null} */
let shown = null;
let problem = "";
/** What the report calls the meeting, where nobody gave it a title. */
let called = "";

const timeline = new Timeline(
  { bar: element("timeline"), axis: element("axis"), readout: element("readout") },
  scrollTo,
);
const report = new ReportCard({
  root: element("report"),
  scroller: () => element("main"),
  end: element("content"),
  name: (title) => {
    called = title;
    if (shown) entitle(shown.meeting);
  },
  show: ({ segment_id, start_s }) => mark(lineOf(segment_id) ?? lineAt(start_s)),
});
const calls = new ReportCalls(base, name);

for (const button of each("[data-interface]", HTMLButtonElement)) {
  button.addEventListener("click", () => {
    const language = /** @type {import("../voice.js").Language} */ (button.dataset.interface);
    preferences.set("interface", language);
    voice = new Voice(language, SENTENCES);
    show();
  });
}
element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void enter(element("key", HTMLInputElement).value.trim());
});

window.addEventListener("hashchange", follow);
show();
void begin();

/** Ask who this browser is before anything that might be refused. */
async function begin() {
  try {
    if (!(await whoIs(base)).signed_in) throw new Refused(401, "", "");
  } catch (fault) {
    fail(fault);
    return;
  }
  await load();
  follow();
}

/** @param {string} key */
async function enter(key) {
  problem = await signIn(base, key);
  if (problem) show();
  else await load();
}

async function load() {
  try {
    const [meeting, coverage, transcript] = await Promise.all(
      [urls.meeting, urls.coverage, urls.transcript].map(read),
    );
    shown = { meeting, coverage, segments: transcript.segments };
    problem = "";
    show();
    if (meeting.status === "ended") report.open(calls);
  } catch (fault) {
    fail(fault);
  }
  if (shown?.meeting.status === "live" && !problem.startsWith("key")) setTimeout(() => void load(), AGAIN_MS);
}

/** @param {unknown} fault */
function fail(fault) {
  const status = fault instanceof Refused ? fault.status : 0;
  problem = status === 401 ? "key" : status === 404 ? "not_found" : "unreachable";
  show();
}

/** @param {string} url @returns {Promise<any>} */
async function read(url) {
  return (await granted(url, PATIENCE)).json();
}

function show() {
  document.documentElement.lang = voice.language;
  for (const node of each("[data-t]", HTMLElement)) node.textContent = voice.say(node.dataset.t ?? "");
  for (const node of each("[data-t-label]", HTMLElement)) node.ariaLabel = voice.say(node.dataset.tLabel ?? "");
  for (const button of each("[data-interface]", HTMLButtonElement))
    button.ariaPressed = String(button.dataset.interface === voice.language);
  element("problem").textContent = problem ? voice.say(`problem_${problem}`) : "";
  element("problem").hidden = !problem;
  element("key-form").hidden = !problem.startsWith("key");
  element("content").hidden = !shown;
  document.title = voice.say("page");
  report.speak(voice.language);
  if (shown) fill(shown);
}

/** @param {Shown} shown */
function fill({ meeting, coverage, segments }) {
  entitle(meeting);
  element("state").textContent = voice.say(`state_${meeting.status}`);
  element("state").dataset.state = meeting.status;
  const began = meeting.started_at && new Date(meeting.started_at);
  const form = new Intl.DateTimeFormat(voice.language, { dateStyle: "long", timeStyle: "short" });
  element("when").textContent = began ? form.format(began) : "";
  element("length").textContent = meeting.duration ? voice.length(meeting.duration) : "";
  fillCoverage(coverage);
  element("nothing").hidden = segments.length > 0;
  element("said").replaceChildren(...segments.map(line));
}

/** @param {Meeting} meeting */
function entitle({ title }) {
  const name = title || called || voice.say("untitled");
  document.title = `${name} · Steno`;
  element("title").textContent = name;
}

/** @param {Coverage} told */
function fillCoverage({ coverage, slices, intervals, next_cursor: more }) {
  const known = OUTCOMES.reduce((sum, outcome) => sum + coverage[outcome], 0);
  const open = coverage.received - known;
  const key = !coverage.received ? "received_none" : open > OPEN ? "received_live" : "received";
  element("received").textContent = voice.say(key, {
    received: voice.length(coverage.received),
    open: voice.length(open),
  });
  element("timeline").hidden = element("axis").hidden = element("readout").hidden = !slices.length;
  timeline.show(slices, voice);
  /** @type {Outcome[]} */
  const order = ["transcribed", "silence", "quarantined", "lost"];
  element("legend").replaceChildren(...order.map((outcome) => entry(outcome, coverage)));
  element("losses").hidden = !intervals.length;
  const losses = intervals.map(loss);
  element("loss-list").replaceChildren(...losses, ...(more ? [made("li", "", voice.say("more_losses"))] : []));
}

/** @param {Outcome} outcome @param {Coverage["coverage"]} coverage */
function entry(outcome, coverage) {
  const share = coverage.received ? coverage[outcome] / coverage.received : 0;
  const percent = new Intl.NumberFormat(voice.language, {
    style: "percent",
    maximumFractionDigits: share && share < 0.1 ? 1 : 0,
  });
  const node = made("li");
  node.append(
    made("i", outcome),
    made("b", "", voice.say(outcome)),
    made("span", "amount", `${amount(coverage[outcome])} · ${percent.format(share)}`),
    made("span", "meaning", voice.say(`means_${outcome}`)),
  );
  return node;
}

/** Seconds as people say them; below a minute with tenths, so that a short loss is not shown as none.
 * @param {number} seconds */
function amount(seconds) {
  return seconds < 60 ? voice.say("seconds", { rest: voice.seconds(seconds) }) : voice.length(seconds);
}

/** @param {Loss} lost */
function loss({ start, end, reason }) {
  const known = `reason_${reason}` in SENTENCES[voice.language];
  const said = known ? voice.say(`reason_${reason}`) : (reason ?? "");
  return made("li", "", voice.say("loss", { start: voice.clock(start), end: voice.clock(end), reason: said }));
}

/** @param {Segment} segment */
function line({ id, start, text, language, speaker, flags }) {
  const node = made("li");
  node.dataset.start = String(start);
  node.dataset.segment = id;
  node.tabIndex = -1;
  const words = made("p", "words", text);
  words.lang = language;
  if (speaker) words.prepend(made("b", "who", `${speaker} `));
  if (flags?.includes("suspected_hallucination")) words.append(made("span", "doubt", ` ${voice.say("doubtful")}`));
  node.append(made("span", "at", voice.clock(Math.floor(start))), words);
  return node;
}

/** Show the words that the address names, by their id or by a moment in seconds: `#segment-ID`, `#t=83.2`. */
function follow() {
  const moment = /^#t=(\d{1,9}(?:\.\d{1,6})?)$/.exec(location.hash);
  if (moment) {
    mark(lineAt(Number(moment[1])))?.focus({ preventScroll: true });
    return;
  }
  const names = (/** @type {HTMLElement} */ { dataset }) => [dataset.segment ?? "", encodeURIComponent(dataset.segment ?? "")];
  const named = lines().find((node) => names(node).some((name) => location.hash === `#segment-${name}`));
  mark(named)?.focus({ preventScroll: true });
}

/** Show what was said at a moment of the meeting.
 * @param {number} seconds */
function scrollTo(seconds) {
  mark(lineAt(seconds));
}

/** @param {string} segment */
function lineOf(segment) {
  return lines().find((node) => node.dataset.segment === segment);
}

/** @param {number} seconds */
function lineAt(seconds) {
  return lines().findLast((node) => Number(node.dataset.start) <= seconds) ?? lines()[0];
}

function lines() {
  return each("#said li", HTMLElement);
}

/** @param {HTMLElement | undefined} at */
function mark(at) {
  if (!at) return at;
  for (const node of lines()) node.toggleAttribute("data-at", node === at);
  at.scrollIntoView({ block: "center" });
  return at;
}
