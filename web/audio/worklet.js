/**
 * On the audio thread: mixes the input down to mono, cuts it into frames of 40 ms, converts them to 16-bit
 * PCM at the context's own rate and measures their level. In: audio blocks of 128 samples. Out, by message:
 * `{pcm, rms}` for each frame, and `{flushed: true}` once the last, shorter one has left. It writes no sound.
 */

const FRAME_SECONDS = 0.04;

class FrameProcessor extends AudioWorkletProcessor {
  #frame = new Int16Array(Math.round(sampleRate * FRAME_SECONDS));
  #filled = 0;
  #energy = 0;
  #flushed = false;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#flushed = true;
      if (this.#filled) this.#post();
      this.port.postMessage({ flushed: true });
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([channels]) {
    if (this.#flushed) return false;
    const samples = channels[0]?.length ?? 0;
    for (let i = 0; i < samples; i += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.#push(sum / channels.length);
    }
    return true;
  }

  /** @param {number} sample in [-1, 1] */
  #push(sample) {
    const value = Math.max(-1, Math.min(1, sample));
    this.#energy += value * value;
    this.#frame[this.#filled] = Math.round(value * 32767);
    this.#filled += 1;
    if (this.#filled === this.#frame.length) this.#post();
  }

  #post() {
    const pcm = this.#frame.slice(0, this.#filled).buffer;
    this.port.postMessage({ pcm, rms: Math.sqrt(this.#energy / this.#filled) }, [pcm]);
    this.#filled = 0;
    this.#energy = 0;
  }
}

registerProcessor("frames", FrameProcessor);
