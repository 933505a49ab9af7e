/**
 * One source over WebRTC (WHIP, RFC 9725): its track to the server, events back over a data channel. In: a track
 * of sound. Out: `onflow` when sound begins to leave, `onlive` when words can come back, events of the wire by
 * `onevent`, and one `onbreak` when that is over, whether it was asked for or not. It does not come back by
 * itself and keeps no sound: whoever does goes on from where `release` says that the server has heard. It knows
 * no DOM.
 */

import { FROM_PAGE, iceServers, parse, WHIP_CHANNEL, WHIP_FRAGMENT, whipUrl } from "../protocol.js";

/** @typedef {import("../store.js").Problem} Problem */

/** From the call to words: networks that let no such sound through are found out within this time. */
const CONNECT_MS = 8_000;
const CALL_MS = 5_000;
/** What the browser has heard when the end is asked for is on its way for so long. */
const LAST_PACKETS_MS = 200;
const ENDING_MS = 45_000;
/** After the account of a stream, the reason of an end before its time may follow. */
const REASON_MS = 1_000;

export class WhipLink {
  onflow = () => {};
  onlive = () => {};
  /** @type {(event: import("../protocol.js").ServerEvent) => void} */
  onevent = () => {};
  /** @type {(problem: Problem | null) => void} */
  onbreak = () => {};
  /** The meeting, once the server has answered. */
  meeting = "";
  /** Whether the server has accounted for everything. */
  ended = false;

  #address = "";
  #tag = "";
  /** Seconds that the server has heard, once it has said so. */
  #received = /** @type {number | null} */ (null);
  #flowing = false;
  #finishing = false;
  #live = false;
  #broken = false;
  #peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  #channel = this.#peer.createDataChannel(WHIP_CHANNEL);
  /** @type {RTCIceCandidate[]} */
  #candidates = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;

  /** Whether the server has heard all that was to be sent, also where its account was lost on the way. */
  get done() {
    return this.ended || (this.#finishing && this.#received !== null);
  }

  /** @param {{base: string, track: MediaStreamTrack, stream: import("../protocol.js").Wish}} options */
  constructor({ base, track, stream }) {
    this.url = whipUrl(base, stream);
    this.#peer.addTransceiver(track, { direction: "sendonly" });
    this.#peer.onconnectionstatechange = () => this.#turned();
    this.#channel.onopen = () => this.#turned();
    this.#channel.onclose = () => this.#break(null);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
  }

  /** Call. Whatever goes wrong is a break. */
  async open() {
    this.#expect(CONNECT_MS);
    try {
      await this.#call();
    } catch {
      this.#break(null);
    }
  }

  async #call() {
    const peer = this.#peer;
    const offer = await peer.createOffer();
    const answer = await fetch(this.url, {
      method: "POST",
      body: offer.sdp,
      headers: { ...FROM_PAGE, "Content-Type": "application/sdp" },
      signal: AbortSignal.timeout(CALL_MS),
    });
    if (answer.status !== 201) throw new Error(`refused with ${answer.status}`);
    this.#address = new URL(answer.headers.get("Location") ?? "", this.url).href;
    this.#tag = answer.headers.get("ETag") ?? "";
    this.meeting = decodeURIComponent(this.#address.split("/").at(-2) ?? "");
    const sdp = await answer.text();
    if (this.#broken) {
      this.leave(); // Nobody waits for it any more.
      return;
    }
    // The servers are known only now, before the first address is looked for (RFC 9725, section 4.6).
    peer.setConfiguration({ ...peer.getConfiguration(), iceServers: iceServers(answer.headers.get("Link")) });
    peer.onicecandidate = ({ candidate }) => candidate && this.#trickle(candidate);
    await peer.setLocalDescription(offer);
    await peer.setRemoteDescription({ type: "answer", sdp });
  }

  /** No more sound comes: let the server finish the last words. */
  finish() {
    this.#finishing = true;
    this.#expect(ENDING_MS);
    setTimeout(() => void this.release(), LAST_PACKETS_MS);
  }

  /** End it, or learn what became of it. @returns {Promise<number | null>} the seconds that the server has
   * heard; null when it knows no more of it. Rejects when the server cannot be reached. */
  async release() {
    if (this.#received !== null || !this.#address) return this.#received;
    const answer = await fetch(this.#address, { method: "DELETE", signal: AbortSignal.timeout(CALL_MS) });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`refused with ${answer.status}`);
    const { received } = await answer.json();
    this.#received = Number(received) || 0;
    return this.#received;
  }

  /** The page goes: tell the server without waiting for its answer. */
  leave() {
    if (this.#address && !this.ended) void fetch(this.#address, { method: "DELETE", keepalive: true }).catch(() => {});
  }

  /** Close now, without waiting for anything. */
  abandon() {
    this.leave();
    this.#break(null);
  }

  #turned() {
    const { connectionState } = this.#peer;
    if (connectionState === "connected" && !this.#flowing) {
      this.#flowing = true;
      this.onflow();
    }
    if (this.#flowing && !this.#live && this.#channel.readyState === "open") {
      this.#live = true;
      clearTimeout(this.#deadline);
      this.onlive();
    }
    // The server does not wait for a peer that is silent, so this page does not either.
    if (["disconnected", "failed", "closed"].includes(connectionState)) this.#break(null);
  }

  /** @param {unknown} data */
  #receive(data) {
    const event = parse(data);
    if (!event || this.#broken) return;
    if (event.type === "error" && event.fatal) {
      this.#break({ code: event.code, message: event.message, seconds: event.retryAfter });
      return;
    }
    this.onevent(event);
    if (event.type === "ended") {
      this.ended = true;
      this.#received = event.duration;
      if (this.#finishing) this.#break(null);
      else this.#expect(REASON_MS);
    }
  }

  /** Addresses are told as they are found: a server behind a firewall must knock at them first.
   * @param {RTCIceCandidate} candidate */
  #trickle(candidate) {
    if (!this.#candidates.length) queueMicrotask(() => void this.#tellCandidates());
    this.#candidates.push(candidate);
  }

  async #tellCandidates() {
    const told = this.#candidates.splice(0).filter(({ candidate }) => candidate);
    if (!told.length) return;
    const lines = told.map(({ candidate }) => `a=${candidate}`);
    await fetch(this.#address, {
      method: "PATCH",
      body: ["a=mid:0", ...lines, ""].join("\r\n"),
      headers: { "Content-Type": WHIP_FRAGMENT, "If-Match": this.#tag },
    }).catch(() => {}); // The peer may well be found without it.
  }

  /** @param {number} milliseconds within which it must go on */
  #expect(milliseconds) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#break(null), milliseconds);
  }

  /** @param {Problem | null} problem */
  #break(problem) {
    if (this.#broken) return;
    this.#broken = true;
    clearTimeout(this.#deadline);
    this.#peer.close();
    this.onbreak(problem);
  }
}
