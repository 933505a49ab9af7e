/**
 * One session over as many sockets as it takes: opens, sends audio no faster than the network takes it,
 * resumes after a loss for as long as the audio is kept, stops. In: an outgoing queue of audio (`Backlog` or `RawFeed`). Out: events of the
 * wire by `onevent`, a lost and found connection by `onphase`, and exactly one `onclose`. It knows no DOM.
 */

import { diagnose } from "./api.js";
import { wait } from "./backoff.js";
import { KEPT_SECONDS } from "./backlog.js";
import {
  ENDED,
  closeReason,
  parse,
  pingMessage,
  resumable,
  resumeMessage,
  startMessage,
  stopMessage,
  streamUrl,
  subprotocols,
} from "./protocol.js";

/** @typedef {import("./store.js").Problem} Problem */
/** @typedef {import("./backlog.js").Backlog | import("./audio/file.js").RawFeed} Outgoing */

/** Seconds of audio given to the socket ahead of the network; the rest waits in the outgoing queue. */
const SOCKET_SECONDS = 2;
/** Seconds waiting to leave at which the network is called too slow. */
const SLOW_SECONDS = 5;
const ANSWER_MS = 15_000;
const ENDING_MS = 45_000;
/** After the account of a session the server closes at once. */
const CLOSE_MS = 2_000;
const PUMP_MS = 100;
const WATCH_MS = 10_000;
/** A slow network may hold a ping for long behind audio that is already on its way. */
const MOST_UNANSWERED = 2;
const DONE = 1000;
/** Another server answers, which does not know the meeting that is to go on. */
const GONE = "meeting_deleted";

export class Connection {
  /** @type {(event: import("./protocol.js").ServerEvent) => void} */
  onevent = () => {};
  /** @type {(phase: "live" | "reconnecting" | "stopping") => void} */
  onphase = () => {};
  /** @type {(problem: Problem | null) => void} */
  onclose = () => {};

  /** @type {WebSocket | null} */
  #socket = null;
  #ready = false;
  #finishing = false;
  #stopSent = false;
  #told = false;
  #closed = false;
  #session = "";
  #token = "";
  #seq = 0;
  #lostAt = 0;
  #attempt = 0;
  #unanswered = 0;
  /** @type {Problem | null} */
  #problem = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  /**
   * @param {{base: string, outgoing: Outgoing, patient?: boolean,
   *   stream: import("./protocol.js").Wish}} options `patient`: a first socket that is lost is tried again too
   */
  constructor({ base, outgoing, patient = false, stream }) {
    /** @type {import("./protocol.js").Audio} */
    const audio = "rate" in outgoing ? { sampleRate: outgoing.rate } : "container";
    this.base = base;
    this.outgoing = outgoing;
    this.patient = patient;
    this.start = startMessage({ audio, ...stream });
    this.retryNow = () => this.#retry !== undefined && this.#reopen();
  }

  open() {
    this.pumping = setInterval(() => this.pump(), PUMP_MS);
    this.watching = setInterval(() => this.#watch(), WATCH_MS);
    window.addEventListener("online", this.retryNow);
    this.#connect();
  }

  /** Whether more than a few seconds of audio wait to leave this device. */
  get slow() {
    return this.#ready && this.#waiting > SLOW_SECONDS;
  }

  /** Send what is there, as far as the socket takes it. */
  pump() {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || !this.#ready || this.#stopSent) return;
    const most = SOCKET_SECONDS * this.outgoing.bytesPerSecond;
    while (socket.bufferedAmount < most) {
      const chunk = this.outgoing.take();
      if (!chunk) break;
      socket.send(chunk);
    }
    if (this.#finishing && this.outgoing.empty) {
      socket.send(stopMessage());
      this.#stopSent = true;
      this.#expect(ENDING_MS);
    }
  }

  /** No more audio comes: send the rest, ask for the last words. */
  finish() {
    this.#finishing = true;
    if (this.#ready) this.#expect(ENDING_MS);
    this.pump();
  }

  /** Close now, without waiting for anything. */
  abandon() {
    this.#end(null);
  }

  /** The page goes: what has left it is all. */
  leave() {
    if (this.#ready && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(stopMessage());
    this.#end(null);
  }

  get #waiting() {
    return this.outgoing.unsent + (this.#socket?.bufferedAmount ?? 0) / this.outgoing.bytesPerSecond;
  }

  #connect() {
    let opened = false;
    const socket = new WebSocket(streamUrl(this.base), subprotocols());
    this.#socket = socket;
    socket.onopen = () => {
      opened = true;
      const where = { session: this.#session, token: this.#token, seq: this.#seq };
      socket.send(this.#session ? resumeMessage(where) : this.start);
    };
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(data);
    socket.onclose = ({ code }) => this.#socket === socket && this.#lose(code, opened);
    this.#expect(ANSWER_MS);
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#unanswered = 0;
    if (this.#finishing && this.#ready) this.#expect(ENDING_MS);
    const event = parse(data);
    if (!event) return;
    if (event.type === "ready") this.#opened(event.session, event.resumeToken);
    if (event.type === "resumed") this.#resumed(event.position);
    if (event.type === "caption") {
      // A final is heard even under an old number: a server that was killed may count anew.
      if (event.seq <= this.#seq && !event.final) return;
      this.#seq = Math.max(this.#seq, event.seq);
    }
    if (event.type === "ack") this.outgoing.forget(event.position);
    if (event.type === "error" && event.code === ENDED && this.#finishing) {
      this.#account(); // All was done that was asked; the account was lost on the way.
      return;
    }
    if (event.type === "error" && event.fatal) {
      this.#problem = { code: event.code, message: event.message, seconds: event.retryAfter };
      return;
    }
    this.onevent(event);
    if (event.type === "goaway") this.#goAway(event);
    if (event.type === "ended") this.#account();
  }

  /** All is told; why a session ended before its time comes after its account, then the close. */
  #account() {
    this.#told = true;
    this.#ready = false;
    this.#expect(CLOSE_MS);
  }

  /** @param {string} session @param {string} token */
  #opened(session, token) {
    // Without a token the session ends with its socket.
    this.#session = token ? session : "";
    this.#token = token;
    this.#begin();
  }

  /** @param {number} position */
  #resumed(position) {
    this.outgoing.rewind(position);
    this.#begin();
    this.onphase(this.#finishing ? "stopping" : "live");
  }

  #begin() {
    this.#ready = true;
    this.#stopSent = false;
    this.#attempt = 0;
    this.#lostAt = 0;
    clearTimeout(this.#deadline);
    // The caller learns that the session is ready before the first audio leaves.
    queueMicrotask(() => this.pump());
  }

  /** @param {import("./protocol.js").GoAway} event */
  #goAway({ resumeToken, retryAfter }) {
    this.#token = resumeToken || this.#token;
    this.#detach();
    this.#retryLater(1012, retryAfter);
  }

  /** The socket is gone. @param {number} code @param {boolean} opened */
  #lose(code, opened) {
    const problem = this.#problem;
    const resuming = this.#session !== "" && !this.#ready;
    const begun = this.#session !== "" || this.patient;
    const kept = begun && resumable(opened ? code : 1006, resuming || this.patient, problem?.code);
    this.#detach();
    if (this.#told) this.#end(problem);
    else if (kept) this.#retryLater(opened ? code : 1006, problem?.seconds ?? 0);
    else if (resuming || (this.patient && problem?.code === GONE)) this.#end({ code: "lost" });
    else if (problem) this.#end(problem);
    else if (opened) this.#end({ code: closeReason(code) });
    else void diagnose(this.base).then((found) => this.#end(found));
  }

  /** @param {number} code @param {number} retryAfter seconds that the server asked to wait, or 0 */
  #retryLater(code, retryAfter) {
    this.#lostAt ||= Date.now();
    const delay = wait(this.#attempt, retryAfter, Math.random()) * 1000;
    const late = Date.now() + delay - this.#lostAt > KEPT_SECONDS * 1000;
    if (!this.outgoing.resumable || late) {
      this.#end({ code: closeReason(code) });
      return;
    }
    this.#attempt += 1;
    this.#problem = null;
    this.onphase("reconnecting");
    this.#retry = setTimeout(() => this.#reopen(), delay);
  }

  #reopen() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connect();
  }

  /** A socket can be dead without a word: ask, and take silence for a loss. */
  #watch() {
    if (!this.#ready || this.#socket?.readyState !== WebSocket.OPEN) return;
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.#lose(1006, true);
      return;
    }
    this.#unanswered += 1;
    this.#socket.send(pingMessage());
  }

  /** @param {number} milliseconds within which the server must say something */
  #expect(milliseconds) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      if ((this.#session || this.patient) && !this.#ready) this.#lose(1006, false);
      else this.#end({ code: this.#session ? "no_answer" : "unreachable" });
    }, milliseconds);
  }

  #detach() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.#unanswered = 0;
    clearTimeout(this.#deadline);
    socket?.close(DONE);
  }

  /** @param {Problem | null} problem */
  #end(problem) {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach();
    clearInterval(this.pumping);
    clearInterval(this.watching);
    clearTimeout(this.#retry);
    window.removeEventListener("online", this.retryNow);
    this.onclose(problem);
  }
}
