/**
 * What a report says of itself in one line: who wrote it, how whole it is, what is being done. In: an answer
 * of the server; out: a tone, a sentence and what a person can do about it. Knows no DOM.
 */

/** @typedef {import("./calls.js").Answer} Answer */
/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {"busy" | "whole" | "plain" | "wrong"} Tone */
/** @typedef {{tone: Tone, text: string, reason: string, retry: boolean}} Standing */

/** @param {Answer} answer @param {Voice} voice @returns {Standing} */
export function standing({ status, writing, reason, retryable, report }, voice) {
  const model = report.model?.model ?? "";
  /** @param {Tone} tone @param {string} key @param {Record<string, string>} [values] */
  const told = (tone, key, values) => ({ tone, text: voice.say(key, values), reason: "", retry: false });
  const why = { reason: reason ?? "" };
  // While it is written, why the last attempt failed.
  if (writing) return { ...told("busy", model ? "rewriting" : "writing"), ...why };
  const faulty = { ...why, retry: retryable };
  if (status === "ok") return { ...told("whole", "ok", { model }), ...faulty };
  if (status === "failed") return { ...told("wrong", "failed"), ...faulty };
  if (status === "partial") {
    const spans = report.covered.map(([start, end]) => `${voice.clock(start)}–${voice.clock(end)}`);
    const values = { model, spans: spans.join(", ") };
    return { ...told("wrong", spans.length ? "partial" : "partial_none", values), ...faulty };
  }
  if (reason || retryable) return { ...told("wrong", "fallen_back"), ...faulty };
  return told("plain", "extractive");
}
