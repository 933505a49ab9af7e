/**
 * The page's HTTP calls: why a handshake was refused, and the transcript as a file. In: an address of the
 * page and a key; out: a problem with a stable code, or a Blob. Addresses and headers come from protocol.js.
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
  const answer = await call(transcriptUrl(base, meeting, format, true), key);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.blob();
}

/** @param {string} url @param {string} key */
function call(url, key) {
  return fetch(url, {
    headers: authorization(key),
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
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
