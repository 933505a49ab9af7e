/**
 * The pages' HTTP calls: one call with its key and its patience, why a handshake was refused, and the
 * transcript as a file. In: an address of the page and a key; out: an answer, a problem with a stable code, or
 * a Blob. Addresses and headers come from protocol.js.
 */

import { authorization, probeUrl, readinessUrl, transcriptUrl } from "./protocol.js";

/** @typedef {import("./store.js").Problem} Problem */

const PATIENCE_MS = 8_000;

/** Find the reason that a browser hides when it reports a refused WebSocket only as code 1006.
 * @param {string} base @param {string} key @returns {Promise<Problem>} */
export async function diagnose(base, key) {
  try {
    const answer = await call(probeUrl(base), key);
    if (!answer.ok) return await refusal(answer, key);
    const readiness = await call(readinessUrl(base), "");
    return readiness.ok ? { code: "refused" } : { code: "not_ready" };
  } catch {
    return { code: navigator.onLine ? "unreachable" : "offline" };
  }
}

/** @param {string} base @param {string} key @param {string} meeting @param {import("./protocol.js").Format} format
 * @returns {Promise<Blob>} rejects when the server does not give it */
export async function fetchTranscript(base, key, meeting, format) {
  return (await granted(transcriptUrl(base, meeting, format, true), key)).blob();
}

/** A call that the server refused: `code` is the server's, `message` its sentence. */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** An answer that is what was asked for. Rejects with `Refused`, or as `fetch` does when none comes.
 * @param {string} url @param {string} key @param {{method?: string, json?: unknown, patience?: number}} [how] */
export async function granted(url, key, how = {}) {
  const answer = await call(url, key, how);
  if (answer.ok) return answer;
  const error = (await answer.json().catch(() => null))?.error;
  throw new Refused(answer.status, String(error?.code ?? ""), String(error?.message ?? ""));
}

/** @param {string} url @param {string} key
 * @param {{method?: string, json?: unknown, patience?: number}} [how] */
function call(url, key, { method = "GET", json, patience = PATIENCE_MS } = {}) {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  return fetch(url, {
    method,
    ...body,
    headers: { ...authorization(key), ...(json === undefined ? {} : { "Content-Type": "application/json" }) },
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
  });
}

/** @param {Response} answer @param {string} key @returns {Promise<Problem>} */
async function refusal(answer, key) {
  if (answer.status === 401) return { code: key ? "key_wrong" : "key_needed" };
  if (answer.status === 403) return { code: "not_allowed" };
  if (answer.status === 503 || answer.status === 429) {
    return { code: "overloaded", seconds: await retryAfter(answer) };
  }
  return { code: "refused" };
}

/** @param {Response} answer @returns {Promise<number | null>} seconds */
async function retryAfter(answer) {
  const header = Number(answer.headers.get("Retry-After"));
  if (header > 0) return header;
  const body = await answer.json().catch(() => null);
  const seconds = Number(body?.error?.retry_after);
  return seconds > 0 ? seconds : null;
}
