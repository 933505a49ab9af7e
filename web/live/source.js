/**
 * One source of sound from its beginning to its end, over whichever way works. Sound of a microphone or of a
 * shared tab goes over WebRTC where that is possible, because a lost packet then holds up no other; everything
 * captured is kept here as well until the server has stored it, so when WebRTC does not come about, or breaks,
 * the same sound goes on over the WebSocket from where the server has heard. Recordings take the WebSocket at
 * once: they are to lose nothing at all.
 *
 * In: a capture or a file. Out: events on the meeting's clock by `onevent`, the level by `onlevel`, and exactly
 * one `onclose`. It knows no DOM.
 */

import { Backlog } from "../backlog.js";
import { Connection } from "../connection.js";
import { CLOCK_RATE } from "../protocol.js";
import { placed } from "./clock.js";
import { WhipLink } from "./whip.js";

/** @typedef {import("../audio/capture.js").Capture} Capture */
/** @typedef {import("../store.js").Problem} Problem */
/** @typedef {import("../store.js").PageEvent} PageEvent */
/** @typedef {import("../store.js").SourceState} SourceState */

/** Seconds without any sound after which the page says so; of what is shared, silence is less surprising. */
const QUIET_SECONDS = { microphone: 6, tab: 20, file: Infinity };
/** Root mean square of a frame (full scale 1) below which there is no sound at all: −62 dB. */
const SOUND = 0.0008;
const RETRY_MS = 1_000;
/** Once it did not come about it is not tried again, until the page is loaded anew. */
let webrtcWorks = typeof RTCPeerConnection === "function";

export class Source {
  /** @type {(event: PageEvent) => void} */
  onevent = () => {};
  /** @type {(rms: number) => void} */
  onlevel = () => {};
  /** @type {(problem: Problem | null) => void} */
  onclose = () => {};

  /** @type {Capture | null} */
  #capture = null;
  /** @type {import("../connection.js").Outgoing | null} */
  #outgoing = null;
  /** @type {WhipLink | null} */
  #link = null;
  /** @type {Connection | null} */
  #connection = null;
  /** Whether sound leaves with the track itself. */
  #flowing = false;
  #finishing = false;
  #closed = false;
  /** Whether the sound of a link that broke waits for the way it is to take. */
  #between = false;
  /** Where the present stream begins on the meeting's clock, in seconds. */
  #shift = 0;
  #acked = 0;
  #loudAt = 0;
  #length = /** @type {number | null} */ (null);

  /**
   * @param {import("../store.js").NewSource} about
   * @param {{base: string, clock: import("./clock.js").Clock,
   *   stream: import("../protocol.js").Wish}} how
   */
  constructor(about, { base, clock, stream }) {
    this.id = about.id;
    this.kind = about.kind;
    this.base = base;
    this.clock = clock;
    this.stream = stream;
  }

  /** Send what a capture gives, a recording of `length` seconds or a stream without end.
   * @param {Capture} capture @param {number | null} [length] */
  listen(capture, length = null) {
    const backlog = new Backlog(capture.rate);
    this.#capture = capture;
    this.#outgoing = backlog;
    this.#length = length;
    capture.onframe = ({ pcm, rms }) => this.#take(pcm, rms);
    const [track] = capture.stream?.getAudioTracks() ?? [];
    if (track && webrtcWorks) this.#overWebRtc(track);
    else this.#overSocket(backlog);
  }

  /** Send a file as it is.
   * @param {import("../audio/file.js").RawFeed} feed */
  send(feed) {
    feed.onerror = () => {
      this.#tell({ type: "problem", problem: { code: "file_unreadable" } });
      this.abandon();
    };
    feed.onchunk = () => this.#connection?.pump();
    this.#outgoing = feed;
    this.#overSocket(feed);
    this.#connection?.finish();
  }

  /** @param {boolean} on */
  audible(on) {
    this.#capture?.audible(on);
  }

  /** No more sound: let the server finish the last words. */
  async finish() {
    this.#finishing = true;
    this.#tell({ type: "phase", phase: "stopping" });
    if (this.#flowing) this.#link?.finish();
    await this.#capture?.stop();
    this.#outgoing?.cut();
    if (!this.#between) this.#connection?.finish();
  }

  /** End it now, without waiting for anything. */
  abandon() {
    this.#close(null);
    this.#connection?.abandon();
    this.#link?.abandon();
  }

  /** The page goes. */
  leave() {
    this.#connection?.leave();
    this.#link?.leave();
  }

  /** Tell how far it is. */
  tick() {
    const outgoing = this.#outgoing;
    if (!outgoing || this.#closed) return;
    const heard = this.#shift + outgoing.heard;
    const share = this.#length && Math.min(1, outgoing.heard / this.#length);
    const progress = "progress" in outgoing ? outgoing.progress : share;
    const quiet = heard - this.#loudAt > QUIET_SECONDS[this.kind];
    const slow = this.#connection?.slow ?? false;
    this.#tell({ type: "tick", heard, progress, lost: outgoing.lost, slow, quiet });
  }

  /** @param {ArrayBuffer} pcm @param {number} rms */
  #take(pcm, rms) {
    if (!(this.#outgoing instanceof Backlog)) return;
    this.#outgoing.push(pcm);
    if (rms > SOUND) this.#loudAt = this.#shift + this.#outgoing.heard;
    if (this.#flowing) this.#outgoing.take();
    else this.#connection?.pump();
    this.onlevel(rms);
  }

  /** @param {MediaStreamTrack} track */
  #overWebRtc(track) {
    const link = new WhipLink({ base: this.base, track, stream: this.stream });
    this.#link = link;
    link.onflow = () => {
      this.#flowing = true;
      this.#shift = this.clock.place(0);
      this.#loudAt = this.#shift;
      // What was heard before is not sent, and nobody was told that it would be.
      if (this.#capture) this.#outgoing = new Backlog(this.#capture.rate);
    };
    link.onlive = () =>
      this.#tell({ type: "ready", session: "", meeting: link.meeting, resumeToken: "", position: 0 });
    link.onevent = (event) => this.#hear(event);
    link.onbreak = (problem) => this.#broke(link, problem);
    void link.open();
  }

  /** @param {import("../protocol.js").ServerEvent} event */
  #hear(event) {
    if (event.type === "ack") {
      this.#acked = event.position;
      if (this.#flowing) this.#outgoing?.forget(event.position);
    }
    this.tick();
    this.#tell(placed(event, this.#shift, CLOCK_RATE));
  }

  /** @param {WhipLink} link @param {Problem | null} problem */
  #broke(link, problem) {
    const flowed = this.#flowing;
    this.#flowing = false;
    if (this.#closed) return;
    if (flowed && (problem || (this.#finishing && link.done))) this.#close(problem);
    else if (flowed) this.#goOn(link);
    else {
      // Answered, and yet no sound got through: the next one need not wait for that again.
      if (link.meeting) webrtcWorks = false;
      this.#link = null;
      this.#overSocket(this.#outgoing, link);
    }
  }

  /** @param {import("../connection.js").Outgoing | null} outgoing @param {WhipLink} [instead] of this link */
  #overSocket(outgoing, instead) {
    if (!outgoing) return;
    this.#shift = this.clock.place(outgoing.heard);
    this.#loudAt = Math.max(this.#loudAt, this.#shift);
    const connection = this.#connect(outgoing, instead?.meeting || this.stream.meeting);
    // The meeting must not end between the two.
    if (instead) this.#once(connection, () => void instead.release().catch(() => {}));
    if (this.#finishing) connection.finish();
  }

  /** The link broke: take the socket, and send what the server has not heard.
   * @param {WhipLink} link */
  #goOn(link) {
    this.#between = true;
    this.#tell({ type: "phase", phase: "reconnecting" });
    const before = this.#outgoing;
    if (!(before instanceof Backlog)) return;
    // It is filled when both are known: that there is a socket, and from where on.
    const rest = new Backlog(before.rate);
    const connection = this.#connect(rest, link.meeting, true);
    this.#once(connection, () => void this.#handOver(link, before, connection));
  }

  /** @param {WhipLink} link @param {Backlog} before @param {Connection} connection */
  async #handOver(link, before, connection) {
    /** @type {number | null} */
    let received;
    try {
      received = await link.release();
    } catch {
      if (!this.#closed) setTimeout(() => void this.#handOver(link, before, connection), RETRY_MS);
      return;
    }
    if (this.#closed) return;
    // A server that knows no more of it has stored what it acknowledged, and nothing after it.
    const position = received === null ? this.#acked : Math.round(received * CLOCK_RATE);
    const rest = before.rest(position);
    this.#tell({ type: "broken" });
    this.#shift += position / CLOCK_RATE;
    this.#link = null;
    this.#between = false;
    this.#outgoing = connection.outgoing = rest;
    if (this.#finishing) connection.finish();
    else connection.pump();
  }

  /** @param {import("../connection.js").Outgoing} outgoing @param {string} [meeting] @param {boolean} [patient] */
  #connect(outgoing, meeting, patient = false) {
    const { base } = this;
    const connection = new Connection({ base, outgoing, patient, stream: { ...this.stream, meeting } });
    this.#connection = connection;
    connection.onevent = (event) => this.#hear(event);
    connection.onphase = (phase) => this.#tell({ type: "phase", phase });
    connection.onclose = (problem) => this.#close(problem);
    if (!patient) this.#tell({ type: "phase", phase: "connecting" });
    connection.open();
    return connection;
  }

  /** @param {Connection} connection @param {() => void} then when it is ready for the first time */
  #once(connection, then) {
    const hear = connection.onevent;
    connection.onevent = (event) => {
      if (event.type === "ready") {
        connection.onevent = hear;
        then();
      }
      hear(event);
      if (event.type === "ready" && this.#finishing) this.#tell({ type: "phase", phase: "stopping" });
    };
  }

  /** @param {PageEvent} event */
  #tell(event) {
    if (!this.#closed) this.onevent(/** @type {PageEvent} */ ({ ...event, source: this.id }));
  }

  /** @param {Problem | null} problem */
  #close(problem) {
    if (this.#closed) return;
    this.tick();
    this.#closed = true;
    void this.#capture?.stop().catch(() => {}); // a second stop finds the context closed
    this.onclose(problem);
  }
}
