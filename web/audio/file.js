/**
 * A chosen file as something to send: decoded here to 16 kHz when the browser can, otherwise its raw bytes,
 * for the server's FFmpeg to read. In: a File. Out: a decoded buffer with its context, or a `RawFeed`.
 */

import { CaptureError, obstacle } from "./capture.js";
import { CLOCK_RATE } from "../protocol.js";

/** Larger files are not decoded in memory: an hour of sound would fill a phone. */
const DECODE_LIMIT = 64 * 1024 * 1024;
const CHUNK = 32 * 1024;
/** Bytes read ahead of the socket; when full, reading waits. */
const READ_AHEAD = 8;

/**
 * @param {File} file
 * @returns {Promise<{context: AudioContext, buffer: AudioBuffer} | null>} null: send it raw
 */
export async function decode(file) {
  if (!file.size) throw new CaptureError("file_empty");
  if (file.size > DECODE_LIMIT || obstacle() === "insecure" || !window.AudioWorkletNode) return null;
  const context = new AudioContext({ sampleRate: CLOCK_RATE });
  try {
    const buffer = await context.decodeAudioData(await file.arrayBuffer());
    return { context, buffer };
  } catch {
    await context.close();
    return null;
  }
}

/** The bytes of a file, read ahead by a bounded number of chunks. Stands where a `Backlog` would; without
 * sample positions it can be neither timed nor resumed. */
export class RawFeed {
  resumable = false;
  heard = 0;
  lost = 0;
  unsent = 0;
  /** The pace: quicker than any spoken recording, slow enough to leave the server's other speakers room. */
  bytesPerSecond = 256 * 1024;
  /** @type {ArrayBuffer[]} */
  #chunks = [];
  #reading = false;
  #cut = false;
  #read = 0;
  #sent = 0;
  #began = performance.now();

  /** @param {File} file */
  constructor(file) {
    this.file = file;
    this.onchunk = () => {};
    /** @type {(error: unknown) => void} */
    this.onerror = () => {};
  }

  get empty() {
    return this.#cut || this.#sent >= this.file.size;
  }

  get progress() {
    return this.#sent / this.file.size;
  }

  /** The next chunk if it is read and due, or null. */
  take() {
    if (this.#cut) return null;
    void this.#readAhead();
    const due = ((performance.now() - this.#began) / 1000) * this.bytesPerSecond + CHUNK;
    if (this.#sent > due) return null;
    const chunk = this.#chunks.shift() ?? null;
    this.#sent += chunk?.byteLength ?? 0;
    return chunk;
  }

  /** Send no more of it. */
  cut() {
    this.#cut = true;
  }

  forget() {}

  rewind() {}

  async #readAhead() {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#chunks.length < READ_AHEAD && this.#read < this.file.size) {
        const chunk = await this.file.slice(this.#read, this.#read + CHUNK).arrayBuffer();
        this.#read += chunk.byteLength;
        this.#chunks.push(chunk);
        this.onchunk();
      }
    } catch (error) {
      this.onerror(error);
    } finally {
      this.#reading = false;
    }
  }
}
