// @ts-check
/**
 * Looks at what is shared in a meeting: every two seconds at one incoming video track, a shared screen or else
 * the largest. In: tracks, from `capture.js`, which stops them where this script is not. Out: calls of the binding
 * `stenoSlide` with `{key, at, smooth, sharp}`, the picture as 32 by 18 grey cells (base64): the mean of each cell,
 * and one of its pixels; `at` is milliseconds of the page's clock. Where the answer is true, the same picture
 * follows as `{key, jpeg}` (base64), at most 1280 pixels wide; an empty one says that it is too large.
 */
(() => {
  "use strict";
  const EVERY_MS = 2000;
  const WIDEST = 1280;
  const HIGHEST = 2560;
  const LARGEST = 300_000;
  const QUALITIES = [0.7, 0.4];
  const [COLUMNS, ROWS] = [32, 18];
  const MOST_TRACKS = 50;
  /** Pixels: what is smaller is somebody's tile. */
  const NARROWEST = 200;
  /** What services call the tracks of screens. */
  const SCREEN = /screen|desktop|presentation|slides/i;

  const prefix = Math.random().toString(36).slice(2, 8);
  /** @type {any} */
  const page = window;
  if (page.stenoSlides || typeof RTCPeerConnection === "undefined") return;

  /** @typedef {{key: string, track: MediaStreamTrack, receiver: RTCRtpReceiver, video: HTMLVideoElement}} Shown */
  /** @type {Shown[]} */
  const shown = [];
  let taken = 0;
  let busy = false;

  /** Look at a track from now on; false where there are too many.
   * @param {MediaStreamTrack} track @param {RTCRtpReceiver} receiver */
  function take(track, receiver) {
    if (shown.some((one) => one.track === track)) return true;
    if (shown.length >= MOST_TRACKS) return false;
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {});
    taken += 1;
    shown.push({ key: `${prefix}-${taken}`, track, receiver, video });
    return true;
  }
  Object.defineProperty(page, "stenoSlides", { value: { take } });

  /** @param {Shown} one */
  async function screen({ track, receiver }) {
    if (SCREEN.test(`${track.id} ${track.label}`)) return true;
    const stats = await receiver.getStats();
    return [...stats.values()].some((one) => one.type === "inbound-rtp" && one.contentType === "screenshare");
  }

  /** A shared screen, or else the largest picture. */
  async function chosen() {
    for (const one of shown.filter(({ track }) => track.readyState === "ended")) {
      one.video.srcObject = null;
      shown.splice(shown.indexOf(one), 1);
    }
    const live = shown.filter(({ track, video }) => !track.muted && video.videoWidth >= NARROWEST);
    const screens = await Promise.all(live.map((one) => screen(one).catch(() => false)));
    const among = screens.includes(true) ? live.filter((_, at) => screens[at]) : live;
    const area = (/** @type {Shown} */ { video }) => video.videoWidth * video.videoHeight;
    return among.reduce((best, one) => (best && area(best) >= area(one) ? best : one), /** @type {Shown | null} */ (null));
  }

  /** @param {CanvasImageSource} source @param {number} width @param {number} height @param {boolean} smooth */
  function drawn(source, width, height, smooth) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.imageSmoothingEnabled = smooth;
    context.imageSmoothingQuality = "high";
    context.drawImage(source, 0, 0, width, height);
    return { canvas, context };
  }

  /** @param {HTMLCanvasElement} picture @param {boolean} smooth */
  function cells(picture, smooth) {
    const { data } = drawn(picture, COLUMNS, ROWS, smooth).context.getImageData(0, 0, COLUMNS, ROWS);
    const grey = Uint8Array.from({ length: COLUMNS * ROWS }, (_, at) =>
      Math.round(0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2]));
    return encode(grey);
  }

  /** @param {Uint8Array} bytes */
  function encode(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }

  /** @param {HTMLCanvasElement} picture */
  async function jpeg(picture) {
    for (const quality of QUALITIES) {
      /** @type {Blob | null} */
      const blob = await new Promise((made) => picture.toBlob(made, "image/jpeg", quality));
      if (blob && blob.size <= LARGEST) return encode(new Uint8Array(await blob.arrayBuffer()));
    }
    return "";
  }

  async function look() {
    const one = await chosen();
    if (!one || typeof page.stenoSlide !== "function") return;
    const [width, height] = [one.video.videoWidth, one.video.videoHeight];
    const scale = Math.min(1, WIDEST / width, HIGHEST / height);
    const at = performance.timeOrigin + performance.now();
    const size = /** @type {const} */ ([Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]);
    const { canvas } = drawn(one.video, ...size, true);
    const wanted = await page.stenoSlide({ key: one.key, at, smooth: cells(canvas, true), sharp: cells(canvas, false) });
    if (wanted === true) await page.stenoSlide({ key: one.key, jpeg: await jpeg(canvas) });
  }

  setInterval(() => {
    if (busy) return;
    busy = true;
    const done = () => {
      busy = false;
    };
    look().then(done, done);
  }, EVERY_MS);
})();
