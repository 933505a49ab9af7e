/**
 * Wiring of the live page: the view's wishes go to the sources of sound, what they report goes to the store, and
 * the store's state goes to the view. The only module that knows them all.
 */

import { granted } from "./api.js";
import { decode, RawFeed } from "./audio/file.js";
import { CaptureError, obstacle, openBuffer, openMicrophone, openShared } from "./audio/capture.js";
import { Clock } from "./live/clock.js";
import { Source } from "./live/source.js";
import { invitation, tokensUrl, transcriptUrl } from "./protocol.js";
import { ReportCalls } from "./report/calls.js";
import { signIn } from "./signin.js";
import { openSources, Store } from "./store.js";
import { View } from "./view.js";

/** @typedef {import("./store.js").Kind} Kind */
/** @typedef {import("./audio/capture.js").Capture} Capture */
/** @typedef {{name: string, device?: string, file?: File}} Wanted */

const TICK_MS = 200;

const base = document.baseURI;
const store = new Store();

/** Those that are asked for and not closed. @type {Map<number, Source>} */
const sources = new Map();
let last = 0;
let clock = new Clock();
/** @type {WakeLockSentinel | null} */
let awake = null;

const view = new View({
  add: (kind, wanted) => void begin(kind, wanted),
  stop: () => sources.forEach((source) => void stop(source)),
  remove: (id) => {
    const source = sources.get(id);
    if (source) void stop(source);
  },
  audible: (id, audible) => {
    sources.get(id)?.audible(audible);
    store.dispatch({ type: "audible", audible, source: id });
  },
  key: (key) => void enter(key),
  invite: async (seconds) => {
    const meeting = store.state.meeting ?? "";
    const json = { scope: "view", ttl_seconds: seconds };
    const answer = await granted(tokensUrl(base, meeting), { method: "POST", json });
    return invitation(base, meeting, String((await answer.json()).token));
  },
  report: (meeting) => new ReportCalls(base, meeting),
  address: (meeting, format, download) => transcriptUrl(base, meeting, format, download),
});
store.onchange = (/** @type {import("./store.js").State} */ state) => view.show(state);
view.show(store.state);

const impossible = obstacle();
if (impossible) store.dispatch({ type: "problem", problem: { code: impossible } });

window.addEventListener("beforeunload", (event) => sources.size && event.preventDefault());
// A page that goes says so: its streams are finished now, and not when their silence is noticed.
window.addEventListener("pagehide", () => sources.forEach((source) => source.leave()));
document.addEventListener("visibilitychange", () => void keepAwake());
setInterval(() => sources.forEach((source) => source.tick()), TICK_MS);

/** Sign in and go on with what was refused.
 * @param {string} key */
async function enter(key) {
  if (sources.size) return;
  const fault = await signIn(base, key);
  if (fault) {
    store.dispatch({ type: "problem", problem: { code: fault } });
    return;
  }
  const [before] = store.state.sources;
  store.dispatch({ type: "key" });
  // A recording is to be chosen again; the microphone was asked for already.
  if (!before || before.kind === "microphone") await begin("microphone", { name: before?.name ?? "" });
}

/** @param {Kind} kind @param {Wanted} wanted */
async function begin(kind, { name, device, file }) {
  if (!sources.size) clock = new Clock();
  const id = ++last;
  const about = { id, kind, name };
  store.dispatch({ type: "begin", source: about });
  const { meeting } = store.state;
  const languages = view.spoken ? [view.spoken] : [];
  const title = meeting ? undefined : file?.name;
  const stream = { languages, title, meeting: meeting ?? undefined, speaker: name, record: view.keeps };
  const source = new Source(about, { base, clock, stream });
  sources.set(id, source);
  source.onevent = (event) => store.dispatch(event);
  source.onlevel = (rms) => view.level(id, rms);
  source.onclose = (problem) => closed(id, problem);
  try {
    if (file) await openFile(source, file);
    else await openDevice(source, kind === "tab" ? openShared() : openMicrophone(device));
    await keepAwake();
  } catch (error) {
    closed(id, { code: error instanceof CaptureError ? error.code : "page_fault" });
  }
}

/** @param {Source} source @param {Promise<Capture>} opening */
async function openDevice(source, opening) {
  const capture = await opening;
  if (!accept(source, capture)) return;
  capture.onend = () => {
    const code = source.kind === "tab" ? "sharing_ended" : "microphone_lost";
    store.dispatch({ type: "problem", problem: { code } });
    void stop(source);
  };
  source.listen(capture);
}

/** @param {Source} source @param {File} file */
async function openFile(source, file) {
  const decoded = await decode(file);
  if (sources.get(source.id) !== source) {
    await decoded?.context.close();
    return;
  }
  if (!decoded) {
    source.send(new RawFeed(file));
    return;
  }
  const capture = await openBuffer(decoded.context, decoded.buffer);
  if (!accept(source, capture)) return;
  capture.onend = () => void stop(source);
  source.listen(capture, decoded.buffer.duration);
}

/** Keep a capture that is still wanted; the person may have cancelled while the browser asked.
 * @param {Source} source @param {Capture} capture */
function accept(source, capture) {
  const wanted = sources.get(source.id) === source;
  if (!wanted) void capture.stop();
  return wanted;
}

/** @param {Source} source */
async function stop(source) {
  const phase = store.state.sources.find(({ id }) => id === source.id)?.phase;
  if (phase === "live" || phase === "reconnecting") await source.finish();
  else source.abandon();
}

/** @param {number} id @param {import("./store.js").Problem | null} problem */
function closed(id, problem) {
  if (!sources.delete(id)) return;
  store.dispatch({ type: "closed", problem, source: id });
  if (openSources(store.state).length) return;
  void awake?.release();
  awake = null;
}

/** A screen that goes dark shows no captions. */
async function keepAwake() {
  if (document.visibilityState !== "visible" || !sources.size) return;
  awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

