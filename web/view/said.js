/** The words of a line as an element: what is committed and what is tentative apart, in its own language. */

import { made } from "./dom.js";

/** @param {import("../lines.js").Line} line @param {import("../voice.js").Voice} voice */
export function said(line, voice) {
  const node = made("span", "said");
  if (/^[a-z]{2,3}$/.test(line.language)) node.lang = line.language;
  if (line.kind === "gap")
    node.textContent = voice.say("gap", { seconds: voice.seconds(line.end - line.start) });
  else node.append(...words(line));
  return node;
}

/** @param {import("../lines.js").Line} line */
function words({ text, pending }) {
  const parts = text ? [made("span", "committed", text)] : [];
  if (!pending) return parts;
  const space = text && !/\s$/.test(text) && !/^\s/.test(pending) ? " " : "";
  return [...parts, made("span", "tentative", space + pending)];
}
