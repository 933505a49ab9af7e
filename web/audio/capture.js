/**
 * Sound as frames of 16-bit mono PCM at real time, from the microphone, a shared tab or a decoded file: all run
 * through the same graph, so a file is heard by the server exactly as a voice would be. Out: `onframe` every
 * 40 ms, `onend` when the source ends by itself. Keeps no frame. Errors carry a code of the page's sentences.
 */

import { RATES } from "../protocol.js";

/** @typedef {{pcm: ArrayBuffer, rms: number}} Frame */

/** A device that cannot be used; `code` is a key of the page's sentences. */
export class CaptureError extends Error {
  /** @param {string} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/** @type {Record<string, string>} */
const REFUSALS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
  NotReadableError: "microphone_busy",
  AbortError: "microphone_busy",
};

/** @type {Record<string, string>} */
const SHARING_REFUSALS = {
  NotAllowedError: "sharing_denied",
  SecurityError: "sharing_denied",
  NotFoundError: "no_shared_sound",
  NotReadableError: "no_shared_sound",
  AbortError: "sharing_denied",
};

/** Why the microphone cannot be asked for at all, or null. */
export function obstacle() {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) return "unsupported";
  return null;
}

/** @param {string} [device] which one; the usual one unless given
 * @returns {Promise<Capture>} @throws {CaptureError} */
export function openMicrophone(device) {
  // The recogniser is trained on plain rooms: suppression distorts it, and cancelling would remove
  // a call that is played on the loudspeaker. Gain control lifts a far voice.
  const plain = { channelCount: 1, echoCancellation: false, noiseSuppression: false };
  const audio = { ...plain, autoGainControl: true, ...(device ? { deviceId: { exact: device } } : {}) };
  return openStream(() => navigator.mediaDevices.getUserMedia({ audio }), REFUSALS);
}

/** Whether this browser can share the sound of a tab or of the whole computer. */
export function sharesSound() {
  return Boolean(navigator.mediaDevices?.getDisplayMedia);
}

/** The sound of a tab or of the computer; what is seen is let go at once.
 * @returns {Promise<Capture>} @throws {CaptureError} */
export function openShared() {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  // A browser offers sound only together with a picture.
  const wish = { video: true, audio, systemAudio: "include", selfBrowserSurface: "exclude" };
  return openStream(() => navigator.mediaDevices.getDisplayMedia(wish), SHARING_REFUSALS);
}

/** @param {() => Promise<MediaStream>} ask @param {Record<string, string>} refusals */
async function openStream(ask, refusals) {
  const impossible = obstacle();
  if (impossible) throw new CaptureError(impossible);
  const context = newContext();
  try {
    const stream = await ask();
    stream.getVideoTracks().forEach((track) => {
      track.stop();
      stream.removeTrack(track);
    });
    const [track] = stream.getAudioTracks();
    if (!track) throw new CaptureError("no_shared_sound");
    const capture = await Capture.open(context, context.createMediaStreamSource(stream), stream);
    track.addEventListener("ended", () => capture.onend());
    return capture;
  } catch (error) {
    void context.close();
    if (error instanceof CaptureError) throw error;
    throw new CaptureError(refusals[error instanceof DOMException ? error.name : ""] ?? "unsupported", error);
  }
}

/** Play a decoded file to the server at its own speed.
 * @param {AudioContext} context the one that decoded it @param {AudioBuffer} buffer @returns {Promise<Capture>} */
export async function openBuffer(context, buffer) {
  const source = context.createBufferSource();
  source.buffer = buffer;
  const capture = await Capture.open(context, source, null);
  source.addEventListener("ended", () => capture.onend());
  source.start();
  return capture;
}

/** A context at the device's own rate if the server takes it, else at the nearest that it does. */
function newContext() {
  const context = new AudioContext({ latencyHint: "interactive" });
  const { sampleRate } = context;
  if (sampleRate >= RATES.least && sampleRate <= RATES.most) return context;
  void context.close();
  return new AudioContext({ sampleRate: sampleRate > RATES.most ? RATES.most : RATES.least });
}

export class Capture {
  /** @type {(frame: Frame) => void} */
  onframe = () => {};
  onend = () => {};

  /**
   * @param {AudioContext} context
   * @param {AudioWorkletNode} node
   * @param {GainNode} ear
   * @param {MediaStream | null} stream
   */
  constructor(context, node, ear, stream) {
    this.rate = context.sampleRate;
    this.context = context;
    this.node = node;
    this.ear = ear;
    this.stream = stream;
    this.wake = () => void context.resume();
    node.port.onmessage = ({ data }) => data.pcm && this.onframe(data);
    // A phone suspends the graph for a call or a locked screen.
    document.addEventListener("visibilitychange", this.wake);
  }

  /** @param {AudioContext} context @param {AudioNode} source @param {MediaStream | null} stream */
  static async open(context, source, stream) {
    await context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
    await context.resume();
    const node = new AudioWorkletNode(context, "frames", { numberOfOutputs: 1 });
    const ear = new GainNode(context, { gain: 0 });
    source.connect(node).connect(context.destination);
    if (!stream) source.connect(ear).connect(context.destination);
    return new Capture(context, node, ear, stream);
  }

  /** Let a file be heard here too.
   * @param {boolean} on */
  audible(on) {
    this.ear.gain.setTargetAtTime(on ? 1 : 0, this.context.currentTime, 0.02);
  }

  /** Release the device. Resolves when the last frame has been delivered. */
  async stop() {
    document.removeEventListener("visibilitychange", this.wake);
    this.onend = () => {};
    await Promise.race([this.#flush(), new Promise((resolve) => setTimeout(resolve, 300))]);
    this.stream?.getTracks().forEach((track) => track.stop());
    await this.context.close();
  }

  #flush() {
    return new Promise((resolve) => {
      this.node.port.onmessage = ({ data }) => (data.pcm ? this.onframe(data) : resolve(undefined));
      this.node.port.postMessage("flush");
    });
  }
}
