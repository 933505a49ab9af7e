/**
 * The captions of one meeting from its server, over one WebSocket for all widgets of a page that show it. In:
 * where the meeting is and the token. Out: a `Source`. A lost connection is tried again for as long as somebody
 * watches, and goes on after the last caption seen; a refusal that another try would meet again ends it.
 */

import { wait } from "../backoff.js";
import { authorization, captionsUrls, parse, pingMessage, sendable, subprotocols } from "../protocol.js";
import { Source } from "./source.js";

/** @typedef {import("./source.js").Listener} Listener */
/** @typedef {import("./source.js").Problem} Problem */
/** @typedef {{base: string, meeting: string, token: string}} Where */

const ANSWER_MS = 10_000;
const PING_MS = 5_000;
/** Milliseconds for which a ping, or a handshake, may stay without an answer. */
const SILENT_MS = 8_000;
const PASSING = ["overloaded", "restarting", "restart", "slow_reader", "store_unavailable", "too_many_viewers"];

/** @type {Map<string, Feed>} */
const FEEDS = new Map();

/** Watch a meeting; call the answer to stop.
 * @param {Where} where @param {Listener} listener @returns {{source: Source, leave: () => void}} */
export function follow(where, listener) {
  const name = JSON.stringify([where.base, where.meeting, where.token]);
  const feed = FEEDS.get(name) ?? new Feed(where);
  FEEDS.set(name, feed);
  feed.listeners.add(listener);
  feed.open();
  const leave = () => {
    feed.listeners.delete(listener);
    // An element that is moved within its page leaves and comes back at once.
    queueMicrotask(() => {
      if (feed.listeners.size || FEEDS.get(name) !== feed) return;
      FEEDS.delete(name);
      feed.close();
    });
  };
  return { source: feed, leave };
}

class Feed extends Source {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #heardAt = 0;
  #pingedAt = 0;
  /** @type {Problem | null} */
  #said = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watching;
  #online = () => this.#retry !== undefined && this.#connect();
  #offline = () => this.#socket && this.#lose();

  /** @param {Where} where */
  constructor(where) {
    super();
    this.where = where;
  }

  /** Begin, unless it has begun or all was told; after a refusal, again. */
  open() {
    if (this.#watching !== undefined || this.phase === "ended") return;
    this.turn("connecting");
    if (this.where.token && !sendable(this.where.token)) {
      this.turn("refused", { code: "token_malformed" });
      return;
    }
    this.#watching = setInterval(() => this.#watch(), PING_MS);
    window.addEventListener("online", this.#online);
    window.addEventListener("offline", this.#offline);
    this.#connect();
  }

  close() {
    clearInterval(this.#watching);
    clearTimeout(this.#retry);
    this.#watching = this.#retry = undefined;
    window.removeEventListener("online", this.#online);
    window.removeEventListener("offline", this.#offline);
    this.#detach();
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const { base, meeting, token } = this.where;
    const socket = new WebSocket(captionsUrls(base, meeting, this.captions.seq).socket, subprotocols(token));
    const mine = () => this.#socket === socket;
    let opened = false;
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onopen = () => {
      opened = true;
      if (!mine()) return;
      this.catchUp();
      this.turn("live");
    };
    socket.onmessage = ({ data }) => mine() && this.#receive(data);
    socket.onclose = () => mine() && (opened ? this.#left() : void this.#refused());
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#attempt = 0;
    this.#heardAt = performance.now();
    const event = parse(data);
    if (event?.type === "error" && event.fatal) {
      this.#said = { code: event.code, message: event.message, seconds: event.retryAfter };
    } else if (event) {
      this.hear(event);
      if (event.type === "ended") this.#end("ended");
    }
  }

  /** The server closed the connection, or it broke. */
  #left() {
    const said = this.#said;
    if (said && !PASSING.includes(said.code)) this.#end("refused", said);
    else this.#lose(said?.seconds ?? 0);
  }

  /** Ask why there was no handshake: a browser hides it. */
  async #refused() {
    this.#detach();
    const { problem, passing } = await this.#reason();
    if (this.#watching === undefined) return;
    if (passing) this.#lose(problem?.seconds ?? 0, problem);
    else this.#end("refused", problem);
  }

  /** @returns {Promise<{problem: Problem | null, passing: boolean}>} */
  async #reason() {
    const { base, meeting, token } = this.where;
    const asking = new AbortController();
    try {
      const answer = await fetch(captionsUrls(base, meeting, this.captions.seq).call, {
        headers: authorization(token),
        cache: "no-store",
        signal: AbortSignal.any([asking.signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      // The server would: something between it and the page does not let sockets through.
      if (answer.ok) return { problem: { code: "socket_refused" }, passing: true };
      const error = (await answer.json().catch(() => null))?.error;
      const passing = answer.status === 429 || answer.status >= 500;
      if (!error) return { problem: null, passing };
      const seconds = Number(error.retry_after) || null;
      return { problem: { code: String(error.code), message: String(error.message), seconds }, passing };
    } catch {
      return { problem: null, passing: true };
    } finally {
      asking.abort();
    }
  }

  /** @param {number} [retryAfter] seconds @param {Problem | null} [problem] */
  #lose(retryAfter = 0, problem = null) {
    this.#detach();
    const delay = wait(this.#attempt, retryAfter, Math.random()) * 1000;
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), delay);
    this.turn(this.captions.seq || this.phase !== "connecting" ? "reconnecting" : "connecting", problem);
  }

  /** @param {"ended" | "refused"} phase @param {Problem | null} [problem] */
  #end(phase, problem = null) {
    this.close();
    this.turn(phase, problem);
  }

  #detach() {
    const socket = this.#socket;
    this.#socket = null;
    this.#said = null;
    socket?.close();
  }

  /** A connection can be dead without a word, and one that a page's policy forbids ends without any. */
  #watch() {
    if (!this.#socket) return;
    const now = performance.now();
    const open = this.#socket.readyState === WebSocket.OPEN;
    // A browser lets this run once a minute where nobody looks: only an unanswered ping tells of a loss.
    const pinged = this.#pingedAt > this.#heardAt;
    if (open && !pinged) {
      this.#socket.send(pingMessage());
      this.#pingedAt = now;
    } else if (now - Math.max(this.#heardAt, this.#pingedAt) > SILENT_MS) {
      if (open) this.#lose();
      else void this.#refused();
    }
  }
}
