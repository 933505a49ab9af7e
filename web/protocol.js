/**
 * The only module that knows the wire (native protocol, version 1).
 *
 * In: what the page wants to say, and the text frames of the server. Out: strings to send, parsed events,
 * addresses, and a stable reason for each close code. Everything from the server is checked here, so that
 * no other module meets a field of the wrong type. It opens no connection and keeps no state.
 */

/** Samples a second of every `position` on the wire. */
export const CLOCK_RATE = 16_000;
export const SUBPROTOCOL = "steno.v1";
export const FORMATS = /** @type {const} */ (["txt", "md", "docx", "pdf", "vtt", "srt", "json"]);
/** Rates that the server takes for raw PCM, in Hz. */
export const RATES = { least: 8_000, most: 48_000 };

/** @typedef {typeof FORMATS[number]} Format */
/** @typedef {{sampleRate: number} | "container"} Audio 16-bit mono samples, or a file as it is */
/** @typedef {"normal" | "rare_partials" | "finals_only"} Load */
/** @typedef {{received: number, transcribed: number, silence: number, quarantined: number, lost: number}} Coverage */

/** @typedef {{type: "ready", session: string, meeting: string, resumeToken: string, position: number}} Ready */
/** @typedef {{type: "speech", started: boolean, at: number, track: string | null}} Speech */
/**
 * @typedef {object} Caption
 * @property {"caption"} type
 * @property {number} seq
 * @property {string} segment
 * @property {number} start seconds on the media clock
 * @property {number} end
 * @property {string} text committed: never changes again within the segment
 * @property {string} pending tentative
 * @property {boolean} final
 * @property {string} language
 * @property {string | null} speaker
 * @property {string | null} label what the stream calls the speaker, where `speaker` is a name that people gave
 * @property {string | null} track
 * @property {string[]} flags
 * @property {number} version how often people corrected it
 */
/** @typedef {Omit<Caption, "type" | "seq" | "pending" | "final"> & {type: "corrected"}} Corrected a final */
/** @typedef {{type: "renamed", names: Record<string, string>}} Renamed by label */
/** @typedef {{type: "ack", position: number}} Ack */
/** @typedef {{type: "gap", start: number, end: number, reason: string}} Gap */
/** @typedef {{type: "load", level: Load}} LoadChange */
/** @typedef {{type: "resumed", position: number}} Resumed */
/** @typedef {{type: "goaway", resumeToken: string, retryAfter: number}} GoAway */
/** @typedef {{type: "ended", duration: number, segments: number, coverage: Coverage, report: string}} Ended */
/** @typedef {{type: "error", code: string, message: string, fatal: boolean, retryAfter: number | null}} Failure */
/** @typedef {{type: "pong"} | {type: "flushed"}} Answer */
/**
 * @typedef {Ready | Speech | Caption | Ack | Gap | LoadChange | Resumed | GoAway | Ended | Failure | Answer | Corrected | Renamed} ServerEvent
 */

/** Whether a key can travel in `Sec-WebSocket-Protocol`, which takes only the token characters of RFC 9110.
 * @param {string} key */
export function sendable(key) {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(key);
}

/** What calls that change something carry, by which the server knows them from forms of other pages. */
export const FROM_PAGE = { "X-Steno-Page": "1" };

/** @param {string} base */
export function signInUrl(base) {
  return new URL("v1/signin", base).href;
}

/** What the settings read and change.
 * @param {string} base */
export function settingsUrls(base) {
  const at = (/** @type {string} */ path) => new URL(`v1/${path}`, base).href;
  const one = (/** @type {string} */ path) => (/** @type {string} */ id) => at(`${path}/${encodeURIComponent(id)}`);
  return {
    keys: at("keys"),
    key: one("keys"),
    webhooks: at("webhooks"),
    webhook: one("webhooks"),
    /** @param {string} id */
    secret: (id) => `${one("webhooks")(id)}/secret`,
    /** @param {string} id */
    ping: (id) => `${one("webhooks")(id)}/ping`,
    /** @param {string} id @param {string} cursor */
    deliveries: (id, cursor) => `${one("webhooks")(id)}/deliveries?limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    /** @param {string} id @param {string} delivery */
    replay: (id, delivery) => `${one("webhooks")(id)}/deliveries/${encodeURIComponent(delivery)}/replay`,
    templates: at("templates"),
    template: one("templates"),
    notifications: at("notifications"),
    targets: at("notifications/targets"),
    target: one("notifications/targets"),
    /** @param {string} id */
    trial: (id) => `${one("notifications/targets")(id)}/test`,
    retention: at("retention"),
    usage: at("usage"),
  };
}

/** @param {string} base */
export function serverStateUrl(base) {
  return new URL("v1/admin/state", base).href;
}

/** @param {string} [key] a token, or nothing where the browser's cookie or no key will do */
export function subprotocols(key) {
  return key ? [SUBPROTOCOL, `bearer.${key}`] : [SUBPROTOCOL];
}

/** @param {string} key @returns {Record<string, string>} */
export function authorization(key) {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** The WebSocket beside the page, behind any path prefix.
 * @param {string} base address of the page */
export function streamUrl(base) {
  return socket(new URL("v1/stream", base));
}

export const WHIP_CHANNEL = "captions";
export const WHIP_FRAGMENT = "application/trickle-ice-sdpfrag";

/** @typedef {{languages: string[], title?: string, meeting?: string, speaker?: string, record?: boolean}} Wish of
 * a stream; `record`: its sound is kept */

/** Where a stream over WebRTC is called.
 * @param {string} base @param {Wish} wish */
export function whipUrl(base, { languages, title, meeting, speaker, record }) {
  const url = new URL(meeting ? `v1/whip/${encodeURIComponent(meeting)}` : "v1/whip", base);
  const asked = { languages: languages.join(","), title, speaker, record: record && "true" };
  for (const [name, value] of Object.entries(asked)) if (value) url.searchParams.set(name, value);
  return url.href;
}

/** The STUN and TURN servers that an answer names (RFC 9725, section 4.6).
 * @param {string | null} link the header @returns {RTCIceServer[]} */
export function iceServers(link) {
  const values = [...(link ?? "").matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)/g)];
  return values.flatMap(([, urls, rest]) => {
    const given = Object.fromEntries([...rest.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    if (given.rel !== "ice-server" || !/^(stun|turn)s?:/.test(urls)) return [];
    return [given.username ? { urls, username: given.username, credential: given.credential } : { urls }];
  });
}

/** Where tokens of a meeting are made.
 * @param {string} base @param {string} meeting */
export function tokensUrl(base, meeting) {
  return new URL(`v1/meetings/${encodeURIComponent(meeting)}/tokens`, base).href;
}

/** What is given away: a page to read along, and the lines that show the captions on a page. The token stands
 * behind `#`, where no server is told it.
 * @param {string} base @param {string} meeting @param {string} token */
export function invitation(base, meeting, token) {
  const link = new URL(`embed/${encodeURIComponent(meeting)}`, base);
  link.hash = `token=${token}`;
  const script = new URL("static/widget.js", base).href;
  const embed = `<script type="module" src="${script}"></script>\n<steno-captions meeting="${meeting}" token="${token}"></steno-captions>`;
  return { link: link.href, embed };
}

/** @param {URL} url */
function socket(url) {
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** A meeting's captions for a viewer: the WebSocket that tells what came after a number, and the same by HTTP,
 * which shows why a handshake was refused.
 * @param {string} base @param {string} meeting @param {number} since */
export function captionsUrls(base, meeting, since) {
  const url = new URL(`v1/meetings/${encodeURIComponent(meeting)}/captions`, base);
  const call = url.href;
  if (since) url.searchParams.set("since", String(since));
  return { call, socket: socket(url) };
}

/** A cheap call that shows why a handshake was refused, which a browser hides from the page.
 * @param {string} base */
export function probeUrl(base) {
  return new URL("v1/meetings?limit=1", base).href;
}

/** @param {string} base */
export function readinessUrl(base) {
  return new URL("readyz", base).href;
}

/** @param {string} base @param {string} meeting @param {Format} format @param {boolean} download */
export function transcriptUrl(base, meeting, format, download) {
  const url = new URL(`v1/meetings/${encodeURIComponent(meeting)}/transcript`, base);
  url.searchParams.set("format", format);
  if (download) url.searchParams.set("download", "1");
  return url.href;
}

/** The page that tells about a meeting.
 * @param {string} base @param {string} meeting */
export function meetingPage(base, meeting) {
  return new URL(`meetings/${encodeURIComponent(meeting)}`, base).href;
}

/** That page at a moment of the meeting.
 * @param {string} base @param {string} meeting @param {number} seconds */
export function momentPage(base, meeting, seconds) {
  return `${meetingPage(base, meeting)}#t=${seconds}`;
}

/** @typedef {{q: string, status: string, from: string, to: string, cursor: string}} Filter times in ISO 8601 */

/** A page of meetings, or of what was said; an empty field of the filter asks for nothing.
 * @param {string} base @param {"meetings" | "search"} what @param {Filter} filter @param {number} limit */
export function listUrl(base, what, filter, limit) {
  const url = new URL(`v1/${what}`, base);
  for (const [name, value] of Object.entries({ ...filter, limit: String(limit) })) {
    if (value) url.searchParams.set(name, value);
  }
  return url.href;
}

/** What a meeting's page reads; of its coverage so many slices, and the stretches that were lost.
 * @param {string} base @param {string} meeting @param {number} slices */
export function meetingUrls(base, meeting, slices) {
  const url = new URL(`v1/meetings/${encodeURIComponent(meeting)}`, base).href;
  return {
    meeting: url,
    coverage: `${url}/coverage?slices=${slices}&outcome=lost&limit=20`,
    recordings: `${url}/recordings`,
    /** @param {number} bars */
    waveform: (bars) => `${url}/waveform?bars=${bars}`,
    words: `${url}/transcript?words=true`,
    /** @param {"transcript" | "report"} what @param {string} format */
    file: (what, format) => `${url}/${what}?format=${format}&download=1`,
    /** @param {{since?: number, until?: number}} stretch in seconds of the meeting */
    transcript: (stretch) => {
      const transcript = new URL(`${url}/transcript`);
      for (const [name, seconds] of Object.entries(stretch)) transcript.searchParams.set(name, String(seconds));
      return transcript.href;
    },
    speakers: `${url}/speakers`,
    tokens: `${url}/tokens`,
    /** @param {string} id */
    segment: (id) => `${url}/segments/${encodeURIComponent(id)}`,
    /** @param {string} id */
    history: (id) => `${url}/segments/${encodeURIComponent(id)}/history`,
  };
}

/** What the address of a meeting's page says: where the pages are, which meeting it is, and the token of a link.
 * @param {string} address */
export function readMeetingPage(address) {
  const url = new URL(address);
  const meeting = decodeURIComponent(url.pathname.split("/").at(-1) ?? "");
  const token = /^#token=([\w.-]{1,4096})/.exec(url.hash)?.[1] ?? "";
  return { base: new URL("../", url).href, meeting, token };
}

/** The moment that such an address names, in seconds, if it does.
 * @param {string} hash `#t=83.2`, perhaps behind the token of a link */
export function momentOf(hash) {
  const moment = /^#(?:token=[\w.-]+&)?t=(\d{1,9}(?:\.\d{1,6})?)$/.exec(hash);
  return moment ? Number(moment[1]) : null;
}

/** An address for what can show no header, as an `audio` element.
 * @param {string} url @param {string} base @param {string} token empty: the browser's cookie says who asks */
export function withToken(url, base, token) {
  const address = new URL(url.replace(/^\//, ""), base);
  if (token) address.searchParams.set("token", token);
  return address.href;
}

/** A meeting's page for whoever has no key: the token stands behind the `#`, which no server is told.
 * @param {string} base @param {string} meeting @param {string} token */
export function sharedPage(base, meeting, token) {
  return `${meetingPage(base, meeting)}#token=${token}`;
}

/** The report of a meeting, its versions, its items, and the templates that there are.
 * @param {string} base @param {string} meeting */
export function reportUrls(base, meeting) {
  const url = new URL(`v1/meetings/${encodeURIComponent(meeting)}`, base).href;
  return {
    report: `${url}/report`,
    versions: `${url}/reports?limit=50`,
    templates: new URL("v1/templates", base).href,
    /** @param {string} id */
    item: (id) => `${url}/report/items/${encodeURIComponent(id)}`,
  };
}

/** @param {Wish & {audio: Audio}} wish */
export function startMessage({ audio, languages, title, meeting, speaker, record }) {
  const format =
    audio === "container"
      ? { encoding: "auto" }
      : { encoding: "pcm_s16le", sample_rate: audio.sampleRate, channels: 1 };
  return JSON.stringify({
    type: "start",
    audio: format,
    interim: true,
    ...(languages.length ? { languages } : {}),
    ...(title ? { title } : {}),
    ...(meeting ? { meeting } : {}),
    ...(speaker ? { speaker } : {}),
    ...(record ? { record } : {}),
  });
}

/** @param {{session: string, token: string, seq: number}} where */
export function resumeMessage({ session, token, seq }) {
  return JSON.stringify({ type: "resume", session, token, seq });
}

export function pingMessage() {
  return JSON.stringify({ type: "ping" });
}

export function stopMessage() {
  return JSON.stringify({ type: "stop" });
}

/** Why a socket was closed, as a key of the page's sentences.
 * @param {number} code */
export function closeReason(code) {
  return CLOSE_REASONS[code] ?? "lost";
}

/** Whether a session that was cut off like this is kept by the server, to be resumed: a server without room
 * refuses new sessions for good, and those that come back only for the moment.
 * @param {number} code @param {boolean} resuming whether the session was being resumed
 * @param {string} [problem] what the server said before */
export function resumable(code, resuming, problem) {
  if (problem !== undefined && !PASSING.includes(problem)) return false;
  return [1001, 1005, 1006, 1012].includes(code) || (resuming && code === 1013);
}

/** The error for a session that was stopped and has ended. */
export const ENDED = "session_ended";

/** What another try may not meet. */
const PASSING = ["restart", "overloaded", "store_unavailable"];

/** @type {Record<number, string>} */
const CLOSE_REASONS = {
  1000: "closed_early",
  1002: "bad_order",
  1003: "not_understood",
  1008: "not_allowed",
  1009: "too_big",
  1011: "server_fault",
  1012: "restart",
  1013: "overloaded",
  4408: "no_audio",
  4409: "slow_reader",
  4410: "taken_over",
};

/** Codes of the server that mean to a person what another reason means.
 * @type {Record<string, string>} */
const SAME_REASON = {
  idle: "no_audio",
  internal: "server_fault",
  restarting: "restart",
  session_taken_over: "taken_over",
  key_revoked: "key_wrong",
  key_expired: "key_wrong",
  signed_out: "key_needed",
  token_expired: "key_wrong",
  too_many_streams: "overloaded",
  hours_used_up: "overloaded",
  session_not_found: "lost",
  resume_token_wrong: "lost",
  resume_too_late: "lost",
  seq_unknown: "lost",
  not_resumable: "lost",
  meeting_not_found: "meeting_deleted",
  container_unreadable: "not_understood",
  container_bomb: "not_understood",
  container_without_audio: "not_understood",
  no_audio_track: "not_understood",
  audio_misaligned: "bad_order",
  bad_channels: "bad_order",
  bad_sample_rate: "bad_order",
  unknown_encoding: "bad_order",
  already_started: "bad_order",
  bad_json: "bad_order",
  invalid_field: "bad_order",
  not_started: "bad_order",
  unexpected_binary: "bad_order",
  unknown_type: "bad_order",
  too_many_flushes: "too_many_messages",
  frame_too_big: "too_big",
  message_too_big: "too_big",
};

/** @typedef {Record<string, unknown>} Fields */

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");
/** @param {unknown} value */
const textOrNull = (value) => (typeof value === "string" && value ? value : null);
/** @param {unknown} value */
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : 0);
/** @param {unknown} value */
const numberOrNull = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
/** @param {unknown} value @returns {Fields} */
const fields = (value) => (typeof value === "object" && value !== null ? /** @type {Fields} */ (value) : {});
/** @param {unknown} value @returns {string[]} */
const texts = (value) => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
/** @param {unknown} value @returns {Load} */
const load = (value) => (value === "rare_partials" || value === "finals_only" ? value : "normal");

/** What captions and corrections tell of a segment.
 * @param {Fields} m */
const segment = (m) => ({
  segment: String(m.segment ?? ""),
  start: number(m.start),
  end: number(m.end),
  text: text(m.text),
  language: text(m.language),
  speaker: textOrNull(m.speaker),
  label: textOrNull(m.speaker_label),
  track: textOrNull(m.track),
  flags: texts(m.flags),
  version: number(m.version),
});
/** @param {unknown} value */
const named = (value) => Object.fromEntries(Object.entries(fields(value)).filter(([, name]) => typeof name === "string"));

/** @type {Record<string, (m: Fields) => ServerEvent>} */
const READERS = {
  ready: (m) => ({
    type: "ready",
    session: text(m.session),
    meeting: text(m.meeting),
    resumeToken: text(m.resume_token),
    position: number(m.position),
  }),
  speech: (m) => ({ type: "speech", started: m.state === "started", at: number(m.at), track: textOrNull(m.track) }),
  caption: (m) => ({
    type: "caption",
    seq: number(m.seq),
    pending: text(m.pending),
    final: m.final === true,
    ...segment(m),
  }),
  corrected: (m) => ({ type: "corrected", ...segment(m) }),
  renamed: (m) => ({ type: "renamed", names: /** @type {Record<string, string>} */ (named(m.names)) }),
  ack: (m) => ({ type: "ack", position: number(m.position) }),
  gap: (m) => ({ type: "gap", start: number(m.start), end: number(m.end), reason: text(m.reason) }),
  load: (m) => ({ type: "load", level: load(m.level) }),
  resumed: (m) => ({ type: "resumed", position: number(m.position) }),
  goaway: (m) => ({ type: "goaway", resumeToken: text(m.resume_token), retryAfter: number(m.retry_after) }),
  ended: (m) => {
    const c = fields(m.coverage);
    return {
      type: "ended",
      duration: number(m.duration),
      segments: number(m.segments),
      report: text(m.report),
      coverage: {
        received: number(c.received),
        transcribed: number(c.transcribed),
        silence: number(c.silence),
        quarantined: number(c.quarantined),
        lost: number(c.lost),
      },
    };
  },
  error: (m) => ({
    type: "error",
    code: SAME_REASON[text(m.code)] ?? text(m.code),
    message: text(m.message),
    fatal: m.fatal === true,
    retryAfter: numberOrNull(m.retry_after),
  }),
  flushed: () => ({ type: "flushed" }),
  pong: () => ({ type: "pong" }),
};

/** A text frame of the server as an event; null when it is nothing that this page understands.
 * @param {unknown} frame @returns {ServerEvent | null} */
export function parse(frame) {
  if (typeof frame !== "string") return null;
  let message;
  try {
    message = fields(JSON.parse(frame));
  } catch {
    return null;
  }
  const type = text(message.type);
  return Object.hasOwn(READERS, type) ? READERS[type](message) : null;
}
