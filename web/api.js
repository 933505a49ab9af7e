/**
 * The pages' HTTP calls: one call with its patience, and why a handshake was refused. In: an address of this
 * server; out: an answer, or a problem with a stable code. Who asks, the browser says by its cookie, or a token
 * says it. Addresses and headers come from protocol.js.
 */

import { FROM_PAGE, authorization, probeUrl, readinessUrl } from "./protocol.js";

/** @typedef {import("./store.js").Problem} Problem */

const PATIENCE_MS = 8_000;

/** Find the reason that a browser hides when it reports a refused WebSocket only as code 1006.
 * @param {string} base @returns {Promise<Problem>} */
export async function diagnose(base) {
  try {
    const answer = await call(probeUrl(base));
    if (!answer.ok) return await refusal(answer);
    const readiness = await call(readinessUrl(base));
    return readiness.ok ? { code: "refused" } : { code: "not_ready" };
  } catch {
    return { code: navigator.onLine ? "unreachable" : "offline" };
  }
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

/** Why a page cannot show what it is for, as the end of a sentence's key.
 * @param {unknown} fault of a call @returns {"key" | "not_allowed" | "unreachable"} */
export function problemOf(fault) {
  const status = fault instanceof Refused ? fault.status : 0;
  return status === 401 ? "key" : status === 403 ? "not_allowed" : "unreachable";
}

/** An answer that is what was asked for. Rejects with `Refused`, or as `fetch` does when none comes.
 * @param {string} url @param {{method?: string, json?: unknown, patience?: number, token?: string}} [how] */
export async function granted(url, how = {}) {
  const answer = await call(url, how);
  if (answer.ok) return answer;
  const error = (await answer.json().catch(() => null))?.error;
  throw new Refused(answer.status, String(error?.code ?? ""), String(error?.message ?? ""));
}

/** @param {string} url @param {{method?: string, json?: unknown, patience?: number, token?: string}} [how] */
function call(url, { method = "GET", json, patience = PATIENCE_MS, token = "" } = {}) {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  return fetch(url, {
    method,
    ...body,
    headers: {
      ...authorization(token),
      ...(method === "GET" ? {} : FROM_PAGE),
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
    },
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
  });
}

/** @param {Response} answer @returns {Promise<Problem>} */
async function refusal(answer) {
  if (answer.status === 401) return { code: "key_needed" };
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
