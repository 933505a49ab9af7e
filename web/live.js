/**
 * Wiring of the live page: the view's wishes go to the microphone, the file reader and the connection; what
 * they report goes to the store; the store's state goes to the view. The only module that knows them all.
 */

import { decode, RawFeed } from "./audio/file.js";
import { CaptureError, obstacle, openBuffer, openMicrophone } from "./audio/capture.js";
import { Backlog } from "./backlog.js";
import { Connection } from "./connection.js";
import { transcriptUrl } from "./protocol.js";
import { ReportCalls } from "./report/calls.js";
import { signIn } from "./signin.js";
import { Store } from "./store.js";
import { View } from "./view.js";

/** @typedef {import("./audio/capture.js").Capture} Capture */
/** @typedef {import("./backlog.js").Backlog | import("./audio/file.js").RawFeed} Outgoing */
/** @typedef {{capture: Capture | null, connection: Connection | null, outgoing: Outgoing | null,
 *   seconds: number | null, heardSound: number}} Run one press of the button, to its end */

/** Seconds without any sound after which the page says so. */
const QUIET_SECONDS = 6;
/** Root mean square of a frame (full scale 1) below which there is no sound at all: −62 dB. */
const SOUND = 0.0008;
const TICK_MS = 200;

const base = document.baseURI;
const store = new Store();

/** @type {Run | null} */
let run = null;
/** @type {WakeLockSentinel | null} */
let awake = null;

const view = new View({
  start: () => void begin({ kind: "microphone", name: "", audible: false }, startMicrophone),
  file: (file) =>
    void begin({ kind: "file", name: file.name, audible: false }, (own) => startFile(own, file)),
  stop: () => void stop(),
  audible: (audible) => {
    run?.capture?.audible(audible);
    store.dispatch({ type: "audible", audible });
  },
  key: (key) => void enter(key),
  report: (meeting) => new ReportCalls(base, meeting),
  address: (meeting, format, download) => transcriptUrl(base, meeting, format, download),
});
store.onchange = (/** @type {import("./store.js").State} */ state) => view.show(state);
view.show(store.state);

const impossible = obstacle();
if (impossible) store.dispatch({ type: "problem", problem: { code: impossible } });

window.addEventListener("beforeunload", (event) => run && event.preventDefault());
document.addEventListener("visibilitychange", () => run && void keepAwake());

/** Sign in and go on with what was refused.
 * @param {string} key */
async function enter(key) {
  if (run) return;
  const fault = await signIn(base, key);
  if (fault) {
    store.dispatch({ type: "problem", problem: { code: fault } });
    return;
  }
  store.dispatch({ type: "key" });
  // A recording is to be chosen again; the microphone was asked for already.
  if (store.state.source.kind === "microphone")
    await begin({ kind: "microphone", name: "", audible: false }, startMicrophone);
}

/** @param {import("./store.js").Source} source @param {(run: Run) => Promise<void>} open */
async function begin(source, open) {
  if (run) return;
  const own = { capture: null, connection: null, outgoing: null, seconds: null, heardSound: 0 };
  run = own;
  store.dispatch({ type: "begin", source });
  try {
    await open(own);
    await keepAwake();
  } catch (error) {
    if (run === own) closed(own, { code: error instanceof CaptureError ? error.code : "page_fault" });
  }
}

/** @param {Run} own */
async function startMicrophone(own) {
  const capture = await openMicrophone();
  if (!accept(own, capture)) return;
  capture.onend = () => {
    store.dispatch({ type: "problem", problem: { code: "microphone_lost" } });
    void stop();
  };
  listen(own, capture);
}

/** @param {Run} own @param {File} file */
async function startFile(own, file) {
  const decoded = await decode(file);
  if (run !== own) {
    await decoded?.context.close();
    return;
  }
  if (!decoded) {
    sendRaw(own, file);
    return;
  }
  own.seconds = decoded.buffer.duration;
  const capture = await openBuffer(decoded.context, decoded.buffer);
  if (!accept(own, capture)) return;
  capture.onend = () => void stop();
  listen(own, capture, file.name);
}

/** Keep a capture that is still wanted; the person may have cancelled while the browser asked.
 * @param {Run} own @param {Capture} capture */
function accept(own, capture) {
  if (run === own) own.capture = capture;
  else void capture.stop();
  return run === own;
}

/** @param {Run} own @param {Capture} capture @param {string} [title] */
function listen(own, capture, title) {
  const backlog = new Backlog(capture.rate);
  connect(own, backlog, title);
  capture.onframe = ({ pcm, rms }) => {
    backlog.push(pcm);
    if (rms > SOUND) own.heardSound = backlog.heard;
    own.connection?.pump();
    view.level(rms);
  };
}

/** @param {Run} own @param {File} file */
function sendRaw(own, file) {
  const feed = new RawFeed(file);
  feed.onerror = () => {
    store.dispatch({ type: "problem", problem: { code: "file_unreadable" } });
    own.connection?.abandon();
  };
  feed.onchunk = () => own.connection?.pump();
  connect(own, feed, file.name);
  own.connection?.finish();
}

/** @param {Run} own @param {Outgoing} outgoing @param {string} [title] */
function connect(own, outgoing, title) {
  const languages = view.spoken ? [view.spoken] : [];
  const connection = new Connection({ base, outgoing, languages, title });
  own.outgoing = outgoing;
  own.connection = connection;
  connection.onevent = (event) => {
    tick(own);
    store.dispatch(event);
  };
  connection.onphase = (phase) => store.dispatch({ type: "phase", phase });
  connection.onclose = (problem) => closed(own, problem);
  store.dispatch({ type: "phase", phase: "connecting" });
  connection.open();
  const ticking = setInterval(() => (run === own ? tick(own) : clearInterval(ticking)), TICK_MS);
}

/** @param {Run} own */
function tick({ outgoing, connection, seconds, heardSound }) {
  if (!outgoing || !connection) return;
  const { heard, lost } = outgoing;
  const progress = "progress" in outgoing ? outgoing.progress : seconds && Math.min(1, heard / seconds);
  const quiet = store.state.source.kind === "microphone" && heard - heardSound > QUIET_SECONDS;
  store.dispatch({ type: "tick", heard, progress, lost, slow: connection.slow, quiet });
}

async function stop() {
  const own = run;
  if (!own) return;
  if (!own.connection || store.state.phase === "stopping" || store.state.phase === "connecting") {
    if (own.connection) own.connection.abandon();
    else closed(own, null);
    return;
  }
  store.dispatch({ type: "phase", phase: "stopping" });
  await own.capture?.stop();
  own.outgoing?.cut();
  own.connection.finish();
}

/** @param {Run} own @param {import("./store.js").Problem | null} problem */
function closed(own, problem) {
  if (run !== own) return;
  tick(own);
  run = null;
  void own.capture?.stop().catch(() => {}); // a second stop finds the context closed
  void awake?.release();
  awake = null;
  store.dispatch({ type: "closed", problem });
}

/** A screen that goes dark shows no captions. */
async function keepAwake() {
  if (document.visibilityState !== "visible" || !run) return;
  awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

