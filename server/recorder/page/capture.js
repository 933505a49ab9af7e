// @ts-check
/**
 * Takes every incoming audio track of a page, before the page's own scripts can: RTCPeerConnection is wrapped,
 * and of each remote audio track the samples go out by the binding `stenoTake`, a tenth of a second at a time.
 *
 * In: nothing. Out: `window.stenoRecorder` for adapters, and calls of `stenoTake` with
 * `{key, at, rate, count, data}` (`data`: 16-bit samples, base64; empty where all of it is silence; `at`:
 * milliseconds of the page's clock at the first sample), or with `{key, over: true}` when a track has ended.
 *
 * A track is known by its object: services give all tracks the same id. One that falls mute is over at once, for
 * what comes on it later may be somebody else's, as where a part of a connection is used again: it comes back
 * under a new key. While no packets come, nothing is sent: Chromium would make up the sound. Incoming pictures
 * are stopped, but for those that `slides.js` takes.
 */
(() => {
  "use strict";
  const CHUNK_SECONDS = 0.1;
  /** Milliseconds without a packet after which what the browser plays is made up. */
  const STALE = 1000;
  /** Frames (10 ms each) that wait while the page is busy with itself: the browser drops what is beyond. */
  const MOST_FRAMES = 500;
  /** Calls that may be under way; what comes meanwhile is missing, and seen to be by its time. */
  const MOST_CALLS = 50;
  /** Below this a sample of 16 bits is 0. */
  const SILENT = 1 / 65536;

  const prefix = Math.random().toString(36).slice(2, 8);
  /** @type {any} */
  const page = window;
  if (page.stenoRecorder || typeof RTCPeerConnection === "undefined") return;

  /** @typedef {{key: string, track: MediaStreamTrack, peer: RTCPeerConnection, mid: string | null,
   *   guess: string, reader: ReadableStreamDefaultReader}} Taken */
  /** Those that are heard now. @type {Taken[]} */
  const tracks = [];
  /** @type {WeakSet<MediaStreamTrack>} */
  const known = new WeakSet();
  let taken = 0;
  let calls = 0;

  Object.defineProperty(page, "stenoRecorder", { value: { tracks } });

  /** @param {object} message */
  function send(message) {
    if (calls >= MOST_CALLS || typeof page.stenoTake !== "function") return;
    calls += 1;
    const done = () => {
      calls -= 1;
    };
    Promise.resolve(page.stenoTake(message)).then(done, done);
  }

  /** The nearest text to the element that plays a track: usually the name on a tile.
   * @param {MediaStreamTrack} track */
  function guess(track) {
    for (const element of document.querySelectorAll("audio, video")) {
      const source = /** @type {HTMLMediaElement} */ (element).srcObject;
      if (!(source instanceof MediaStream) || !source.getTracks().includes(track)) continue;
      for (let near = element.parentElement; near && near !== document.body; near = near.parentElement) {
        const text = near.innerText.trim();
        if (text) return text.length > 100 ? "" : text.split("\n")[0].trim();
      }
    }
    return "";
  }

  /** @param {RTCRtpReceiver} receiver */
  function flowing(receiver) {
    const sources = receiver.getSynchronizationSources();
    const now = performance.timeOrigin + performance.now();
    return sources.some((source) => now - source.timestamp < STALE);
  }

  /** @param {Int16Array} samples */
  function encode(samples) {
    const bytes = new Uint8Array(samples.buffer, 0, samples.byteLength);
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return btoa(text);
  }

  /** The samples of a track as they are played, all channels taken together, until its reader is cancelled or the
   * track ends.
   * @param {Taken} one @param {RTCRtpReceiver} receiver */
  async function read(one, receiver) {
    let held = new Float32Array(0);
    let count = 0;
    let at = 0;
    // Frames are stamped by a clock of the browser's own; what they come to on the page's is found once.
    let base = NaN;
    for (;;) {
      const { done, value: frame } = await one.reader.read();
      if (done) return;
      const size = frame.numberOfFrames;
      const rate = frame.sampleRate;
      if (held.length !== rate) held = new Float32Array(rate);
      const plane = new Float32Array(size);
      if (Number.isNaN(base)) base = performance.now() - (1000 * size) / rate - frame.timestamp / 1000;
      if (!count) at = base + frame.timestamp / 1000;
      for (let channel = 0; channel < frame.numberOfChannels; channel++) {
        frame.copyTo(plane, { planeIndex: channel, format: "f32-planar" });
        for (let i = 0; i < size; i++) held[count + i] += plane[i] / frame.numberOfChannels;
      }
      frame.close();
      count += size;
      if (count < rate * CHUNK_SECONDS) continue;
      if (flowing(receiver)) give(one.key, at, rate, held.subarray(0, count));
      held.fill(0, 0, count);
      count = 0;
    }
  }

  /** @param {string} key @param {number} at @param {number} rate @param {Float32Array} samples */
  function give(key, at, rate, samples) {
    const count = samples.length;
    const loud = samples.some((sample) => Math.abs(sample) > SILENT);
    const words = loud ? Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767) : null;
    send({ key, at: performance.timeOrigin + at, rate, count, data: words ? encode(words) : "" });
  }

  /** @param {RTCPeerConnection} peer @param {RTCTrackEvent} event */
  function take(peer, event) {
    const { track, receiver, transceiver } = event;
    if (track.kind !== "audio") {
      if (!page.stenoSlides?.take(track, receiver)) track.stop();
      return;
    }
    if (!known.has(track)) {
      known.add(track);
      track.addEventListener("mute", () => tracks.filter((one) => one.track === track).forEach(lose));
      track.addEventListener("unmute", () => take(peer, event));
    }
    if (track.readyState === "ended" || tracks.some((one) => one.track === track)) return;
    // Chromium plays a remote track only where something listens.
    const sink = new Audio();
    sink.muted = true;
    sink.srcObject = new MediaStream([track]);
    sink.play().catch(() => {});
    taken += 1;
    /** @type {Taken} */
    const one = {
      key: `${prefix}-${taken}`,
      track,
      peer,
      get mid() {
        return transceiver.mid;
      },
      get guess() {
        return guess(track);
      },
      // @ts-ignore - Chromium's own
      reader: new MediaStreamTrackProcessor({ track, maxBufferSize: MOST_FRAMES }).readable.getReader(),
    };
    tracks.push(one);
    const over = () => {
      lose(one);
      sink.srcObject = null;
      send({ key: one.key, over: true });
    };
    read(one, receiver).then(over, over);
  }

  /** Of this track no more is heard under its key: its reader would wait for what comes under the next one.
   * @param {Taken} one */
  function lose(one) {
    const at = tracks.indexOf(one);
    if (at < 0) return;
    tracks.splice(at, 1);
    one.reader.cancel().catch(() => {});
  }

  /** @param {typeof RTCPeerConnection} native */
  const wrapped = (native) =>
    new Proxy(native, {
      construct(target, given, made) {
        const peer = Reflect.construct(target, given, made);
        peer.addEventListener("track", (/** @type {RTCTrackEvent} */ event) => take(peer, event));
        return peer;
      },
    });
  page.RTCPeerConnection = wrapped(RTCPeerConnection);
  if (page.webkitRTCPeerConnection) page.webkitRTCPeerConnection = page.RTCPeerConnection;
})();
