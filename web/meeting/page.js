/**
 * A meeting's page: what it is, its report, where its sound went, what was said. In: the meeting's id in the
 * address, perhaps the token of a link, and the answers of HTTP calls; out: the page, which goes on while the
 * meeting is live. The report is shown when the meeting has ended.
 */

import { Refused, problemOf } from "../api.js";
import { momentOf, readMeetingPage } from "../protocol.js";
import { ReportCalls } from "../report/calls.js";
import { signIn, whoIs } from "../signin.js";
import { element, made } from "../view/dom.js";
import { firstVoice, onLanguage, speakPage } from "../view/spoken.js";
import { MeetingCalls } from "./calls.js";
import { SENTENCES } from "./sentences.js";
import { OUTCOMES, Timeline } from "./timeline.js";
import { Words } from "./words.js";

/** @typedef {import("./timeline.js").Outcome} Outcome */
/** @typedef {import("./calls.js").Meeting} Meeting */
/** @typedef {import("./calls.js").Loss} Loss */
/** @typedef {import("./calls.js").Coverage} Coverage */
/** @typedef {{meeting: Meeting, coverage: Coverage}} Shown */

const AGAIN_MS = 10_000;
/** Seconds of a meeting whose words are shown before the others are asked for. */
const FIRST = 300;
/** Seconds below which sound that has no outcome yet is rounding. */
const OPEN = 0.5;

/** Who was given a link reads with its token, and changes nothing. */
const { base, meeting: name, token } = readMeetingPage(location.href);
const calls = new MeetingCalls(base, name, token);

let voice = firstVoice(SENTENCES);
/** @type {Shown | null} */
let shown = null;
let problem = "";
/** When something is asked for again; one thing at a time. */
let later = 0;
let left = false;
/** What the report calls the meeting, where nobody gave it a title. */
let called = "";

const words = new Words(calls, () => voice, () => void load(), () => reread());
/** @type {import("./actions.js").Actions | null} */
let actions = null;
const timeline = new Timeline(
  { bar: element("timeline"), axis: element("axis"), readout: element("readout") },
  scrollTo,
);
/** @type {import("../report/card.js").ReportCard | null} */
let report = null;
const reports = new ReportCalls(base, name, token);

onLanguage(SENTENCES, (chosen) => {
  voice = chosen;
  show();
  words.speak();
});
element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void enter(element("key", HTMLInputElement).value.trim());
});

window.addEventListener("hashchange", follow);
window.addEventListener("pagehide", () => {
  left = true;
  clearTimeout(later);
});
window.addEventListener("pageshow", ({ persisted }) => {
  left = false;
  if (persisted) next();
});
show();
void begin();

/** Ask who this browser is before anything that might be refused. */
async function begin() {
  try {
    if (!token) await know();
  } catch (fault) {
    fail(fault);
    next();
    return;
  }
  await load();
  follow();
}

/** Whoever was given a link, or may only read, changes nothing. Rejects where the browser is nobody. */
async function know() {
  const who = await whoIs(base);
  if (!who.signed_in) throw new Refused(401, "", "");
  words.editable = reports.editable = who.scopes.includes("manage");
}

/** @param {string} key */
async function enter(key) {
  problem = await signIn(base, key);
  if (problem) show();
  else await begin();
}

async function load() {
  try {
    // What stands on the page already is replaced as a whole; the first words are not kept waiting for all others.
    const first = shown ? {} : { until: FIRST };
    const [meeting, coverage, segments] = await Promise.all([calls.meeting(), calls.coverage(), calls.segments(first)]);
    const whole = Boolean(shown) || (meeting.status === "ended" && meeting.duration < FIRST);
    shown = { meeting, coverage };
    problem = "";
    words.show(segments, whole);
    show();
    const [rest] = await Promise.all([whole ? [] : calls.segments({ since: FIRST - 1 }), surround(meeting)]);
    if (!whole) words.add(rest);
    if (meeting.status !== "ended") await words.listen({ base, meeting: name, token });
  } catch (fault) {
    fail(fault);
  }
  next();
}

/** What stands around the words, whose modules come when the first words are there: what may be done, report,
 * player.
 * @param {Meeting} meeting */
async function surround(meeting) {
  const [{ Actions }, { ReportCard }] = await Promise.all([
    import("./actions.js"),
    import("../report/card.js"),
    import("../player/player.js"),
    import("./editor.js"),
  ]);
  actions ??= new Actions(base, calls, () => voice, (fault) => words.wrong(fault));
  actions.show(meeting, words.editable);
  report ??= new ReportCard({
    root: element("report"),
    scroller: () => element("main"),
    end: element("content"),
    name: (title) => {
      called = title;
      if (shown) entitle(shown.meeting);
    },
    show: ({ segment_id, start_s }) => mark(words.transcript.node(segment_id) ?? words.transcript.at(start_s)),
  });
  report.speak(voice.language);
  if (meeting.status === "ended") report.open(reports);
}

/** Ask again after a while: for what there is more of while the meeting is live, for all that did not come. */
function next() {
  clearTimeout(later);
  const act = !shown ? begin : words.whole ? again : load;
  const live = shown?.meeting.status === "live" && !problem;
  if (!left && (live || problem === "unreachable")) later = setTimeout(() => void act(), AGAIN_MS);
}

/** What is told by no caption of a meeting that is live: how long it is, and where its sound went. */
async function again() {
  try {
    const [meeting, coverage] = await Promise.all([calls.meeting(), calls.coverage()]);
    if (meeting.status === "ended") {
      await load();
      return;
    }
    shown = { meeting, coverage };
    problem = "";
    show();
  } catch (fault) {
    fail(fault);
  }
  next();
}

/** Show the report as the corrected words make it. */
function reread() {
  if (shown?.meeting.status !== "ended") return;
  report?.close();
  report?.open(reports);
}

/** @param {unknown} fault */
function fail(fault) {
  problem = fault instanceof Refused && fault.status === 404 ? "not_found" : problemOf(fault);
  if (token && (problem === "key" || problem === "not_allowed")) problem = "link";
  show();
}

function show() {
  speakPage(voice);
  element("problem").textContent = problem ? voice.say(`problem_${problem}`) : "";
  element("problem").hidden = !problem;
  element("key-form").hidden = !problem.startsWith("key");
  element("content").hidden = !shown;
  document.title = voice.say("page");
  report?.speak(voice.language);
  if (shown) fill(shown);
}

/** @param {Shown} shown */
function fill({ meeting, coverage }) {
  entitle(meeting);
  actions?.show(meeting, words.editable);
  element("shared").hidden = !token;
  element("state").textContent = voice.say(`state_${meeting.status}`);
  element("state").dataset.state = meeting.status;
  element("when").textContent = meeting.started_at ? voice.moment(meeting.started_at, "long") : "";
  element("length").textContent = meeting.duration ? voice.length(meeting.duration) : "";
  fillCoverage(coverage);
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

/** Show the words that the address names, by their id or by a moment in seconds: `#segment-ID`, `#t=83.2`. */
function follow() {
  const moment = momentOf(location.hash);
  const named =
    moment !== null
      ? words.transcript.at(moment)
      : words.transcript.node(decoded(location.hash.replace("#segment-", "")));
  mark(named)?.focus({ preventScroll: true });
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Show what was said at a moment of the meeting.
 * @param {number} seconds */
function scrollTo(seconds) {
  mark(words.transcript.at(seconds));
}

/** @param {HTMLElement | undefined} at */
function mark(at) {
  if (!at) return at;
  for (const node of document.querySelectorAll("#said [data-at]")) node.removeAttribute("data-at");
  at.toggleAttribute("data-at", true);
  at.scrollIntoView({ block: "center" });
  return at;
}
