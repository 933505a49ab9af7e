/**
 * A meeting's page: what it is, its report, where its sound went, what was said. In: the meeting's id in the
 * address and the answers of HTTP calls; out: the page, anew every few seconds while the meeting is live. The
 * report is read when the meeting has ended.
 */

import { Voice, firstKnown } from "../i18n.js";
import { preferences } from "../preferences.js";
import { authorization, meetingUrls } from "../protocol.js";
import { each, element, made } from "../view/dom.js";
import { sections } from "./report.js";
import { SENTENCES } from "./sentences.js";
import { OUTCOMES, Timeline } from "./timeline.js";

/** @typedef {import("./timeline.js").Outcome} Outcome */
/** @typedef {import("./timeline.js").Slice} Slice */
/** @typedef {{title: string | null, status: string, started_at: string | null, duration: number}} Meeting */
/** @typedef {{start: number, end: number, reason?: string}} Loss */
/** @typedef {{coverage: Record<Outcome | "received", number>, slices: Slice[], intervals: Loss[], next_cursor?: number}} Coverage */
/** @typedef {{id: string, start: number, text: string, language: string, speaker?: string, flags?: string[]}} Segment */
/** @typedef {import("./report.js").Report} Report */
/** @typedef {{meeting: Meeting, coverage: Coverage, segments: Segment[], report: Report | null}} Shown */

const SLICES = 96;
const AGAIN_MS = 10_000;
const PATIENCE_MS = 30_000;
/** Seconds below which sound that has no outcome yet is rounding. */
const OPEN = 0.5;

const base = new URL("../", document.baseURI).href;
const name = decodeURIComponent(new URL(document.baseURI).pathname.split("/").at(-1) ?? "");
const urls = meetingUrls(base, name, SLICES);

let voice = new Voice(firstKnown([preferences.get("interface"), ...navigator.languages]), SENTENCES);
/** @type {Shown | null} */
let shown = null;
let problem = "";

const timeline = new Timeline(
  { bar: element("timeline"), axis: element("axis"), readout: element("readout") },
  scrollTo,
);

for (const button of each("[data-interface]", HTMLButtonElement)) {
  button.addEventListener("click", () => {
    const language = /** @type {import("../i18n.js").Language} */ (button.dataset.interface);
    preferences.set("interface", language);
    voice = new Voice(language, SENTENCES);
    show();
  });
}
element("report-page").addEventListener("click", () => void save("html"));
element("report-markdown").addEventListener("click", () => void save("md"));
element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  preferences.key = element("key", HTMLInputElement).value.trim();
  void load();
});

show();
void load();

async function load() {
  try {
    const [meeting, coverage, transcript] = await Promise.all(
      [urls.meeting, urls.coverage, urls.transcript].map(read),
    );
    shown = { meeting, coverage, segments: transcript.segments, report: null };
    problem = "";
    show();
    if (meeting.status === "ended") {
      shown.report = (await read(urls.report)).report;
      fillReport(shown.report);
    }
  } catch (fault) {
    fail(fault);
  }
  if (shown?.meeting.status === "live" && problem !== "key") setTimeout(() => void load(), AGAIN_MS);
}

/** @param {unknown} fault */
function fail(fault) {
  problem = fault instanceof Refusal ? fault.message : "unreachable";
  show();
}

class Refusal extends Error {}

/** The report as a file: a page to look at, or a text to keep.
 * @param {"html" | "md"} format */
async function save(format) {
  const link = document.createElement("a");
  try {
    const answer = await call(`${urls.report}?format=${format}`);
    link.href = URL.createObjectURL(await answer.blob());
  } catch (fault) {
    fail(fault);
    return;
  }
  if (format === "html") link.target = "_blank";
  else link.download = `${shown?.meeting.title || "report"}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE_MS);
}

/** @param {string} url @returns {Promise<any>} */
async function read(url) {
  return (await call(url)).json();
}

/** @param {string} url */
async function call(url) {
  const answer = await fetch(url, {
    headers: authorization(preferences.key),
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401) throw new Refusal("key");
  if (answer.status === 404) throw new Refusal("not_found");
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer;
}

function show() {
  document.documentElement.lang = voice.language;
  for (const node of each("[data-t]", HTMLElement)) node.textContent = voice.say(node.dataset.t ?? "");
  for (const node of each("[data-t-label]", HTMLElement)) node.ariaLabel = voice.say(node.dataset.tLabel ?? "");
  for (const button of each("[data-interface]", HTMLButtonElement))
    button.ariaPressed = String(button.dataset.interface === voice.language);
  element("problem").textContent = problem ? voice.say(`problem_${problem}`) : "";
  element("problem").hidden = !problem;
  element("key-form").hidden = problem !== "key";
  element("content").hidden = !shown;
  document.title = voice.say("page");
  if (shown) fill(shown);
}

/** @param {Shown} shown */
function fill({ meeting, coverage, segments, report }) {
  const title = meeting.title || voice.say("untitled");
  document.title = `${title} · Steno`;
  element("title").textContent = title;
  element("state").textContent = voice.say(`state_${meeting.status}`);
  element("state").dataset.state = meeting.status;
  const began = meeting.started_at && new Date(meeting.started_at);
  const form = new Intl.DateTimeFormat(voice.language, { dateStyle: "long", timeStyle: "short" });
  element("when").textContent = began ? form.format(began) : "";
  element("length").textContent = meeting.duration ? voice.length(meeting.duration) : "";
  fillReport(report);
  fillCoverage(coverage);
  element("nothing").hidden = segments.length > 0;
  element("said").replaceChildren(...segments.map(line));
}

/** @param {Report | null} report */
function fillReport(report) {
  const parts = report ? sections(report, voice, (seconds) => scrollTo(seconds)?.focus()) : [];
  element("report").hidden = !parts.length;
  element("report-parts").replaceChildren(...parts);
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
function line({ start, text, language, speaker, flags }) {
  const node = made("li");
  node.dataset.start = String(start);
  node.tabIndex = -1;
  const words = made("p", "words", text);
  words.lang = language;
  if (speaker) words.prepend(made("b", "who", `${speaker} `));
  if (flags?.includes("suspected_hallucination")) words.append(made("span", "doubt", ` ${voice.say("doubtful")}`));
  node.append(made("span", "at", voice.clock(start)), words);
  return node;
}

/** Show what was said at a moment of the meeting.
 * @param {number} seconds */
function scrollTo(seconds) {
  const lines = each("#said li", HTMLElement);
  const at = lines.findLast((node) => Number(node.dataset.start) <= seconds) ?? lines[0];
  for (const node of lines) node.toggleAttribute("data-at", node === at);
  at?.scrollIntoView({ block: "center" });
  return at;
}
