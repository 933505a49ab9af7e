// @ts-check
/**
 * Takes every incoming audio track of a page, before the page's own scripts can: RTCPeerConnection is wrapped,
 * and of each remote audio track the samples go out by the binding `stenoTake`, a tenth of a second at a time.
 *
 * In: nothing. Out: `window.stenoRecorder` for adapters, and calls of `stenoTake` with
 * `{key, at, rate, count, data}` (`data`: 16-bit samples, base64; empty where all of it is silence; `at`:
 * milliseconds of the page's clock at the first sample), or with `{key, over: true}` when a track has ended.
 *
 * A track is known by its object: services give all tracks the same id. One that falls mute and comes back may be
 * somebody else's, so it comes back under a new key. While no packets come, nothing is sent: Chromium would make
 * up the sound. Incoming pictures are stopped, but for those that `slides.js` takes.
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
   *   streams: string[], element: HTMLMediaElement | null, guess: string, over: boolean}} Taken */
  /** @type {Taken[]} */
  const tracks = [];
  /** @type {Record<string, string>} */
  const named = {};
  /** @type {WeakSet<MediaStreamTrack>} */
  const known = new WeakSet();
  let calls = 0;

  const name = (/** @type {string} */ key, /** @type {string} */ given) => {
    named[key] = String(given);
  };
  Object.defineProperty(page, "stenoRecorder", { value: { tracks, named, name } });

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

  /** The samples of a track as they are played, all channels taken together.
   * @param {Taken} taken @param {RTCRtpReceiver} receiver */
  async function read(taken, receiver) {
    // Chromium plays a remote track only where something listens.
    const sink = new Audio();
    sink.muted = true;
    sink.srcObject = new MediaStream([taken.track]);
    sink.play().catch(() => {});
    // @ts-ignore - Chromium's own
    const reader = new MediaStreamTrackProcessor({ track: taken.track, maxBufferSize: MOST_FRAMES }).readable.getReader();
    let held = new Float32Array(0);
    let count = 0;
    let at = 0;
    // Frames are stamped by a clock of the browser's own; what they come to on the page's is found once.
    let base = NaN;
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done || taken.over) {
        frame?.close();
        break;
      }
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
      if (flowing(receiver)) give(taken.key, at, rate, held.subarray(0, count));
      held.fill(0, 0, count);
      count = 0;
    }
    sink.srcObject = null;
    taken.over = true;
    send({ key: taken.key, over: true });
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
    if (tracks.some((one) => one.track === track && !one.over)) return;
    /** @type {Taken} */
    const taken = {
      key: `${prefix}-${tracks.length + 1}`,
      track,
      peer,
      get mid() {
        return transceiver.mid;
      },
      streams: event.streams.map((stream) => stream.id),
      element: null,
      get guess() {
        return guess(track);
      },
      over: false,
    };
    tracks.push(taken);
    track.addEventListener("mute", () => {
      taken.over = true;
    }, { once: true });
    if (!known.has(track)) {
      known.add(track);
      track.addEventListener("unmute", () => take(peer, event));
    }
    read(taken, receiver).catch(() => {
      taken.over = true;
      send({ key: taken.key, over: true });
    });
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
