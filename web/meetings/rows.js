/** A meeting, and a place where something was said, as elements of a list. Text is never taken for markup. */

import { meetingPage, momentPage } from "../protocol.js";
import { button, made } from "../view/dom.js";

/** @typedef {import("../voice.js").Voice} Voice */

/** @param {import("./calls.js").Meeting} meeting @param {Voice} voice @param {string} base
 * @param {(() => void) | null} remove null: the reader may not */
export function meetingRow(meeting, voice, base, remove) {
  const node = made("li");
  node.dataset.meeting = meeting.id;
  const title = meeting.title || voice.say("untitled");
  const link = anchor(meetingPage(base, meeting.id), title);
  const facts = made("p", "facts");
  const state = made("span", "state", voice.say(`state_${meeting.status}`));
  state.dataset.state = meeting.status;
  facts.append(
    state,
    made("span", "", voice.moment(meeting.started_at ?? meeting.created_at)),
    made("span", "", meeting.duration ? voice.length(meeting.duration) : ""),
    made("span", "", languages(meeting.languages, voice)),
    made("span", `report-${meeting.report_status}`, report(meeting, voice)),
  );
  const about = made("div");
  about.append(link, facts);
  node.append(about);
  if (!remove) return node;
  const away = button("remove", voice.say("delete"), remove);
  away.ariaLabel = voice.say("delete_one", { title });
  node.append(away);
  return node;
}

/** @param {import("./calls.js").Hit} hit @param {Voice} voice @param {string} base */
export function hitRow(hit, voice, base) {
  const node = made("li");
  const link = anchor(momentPage(base, hit.meeting.id, hit.start), "");
  const words = made("span", "words");
  words.lang = hit.language;
  words.append(...hit.snippet.map(({ text, match }) => made(match ? "mark" : "span", "", text)));
  const facts = made("span", "facts");
  const shown = [voice.clock(hit.start), hit.meeting.title || voice.say("untitled"), voice.moment(hit.said_at)];
  facts.append(...shown.map((text) => made("span", "", text)));
  if (hit.speaker) words.prepend(made("b", "who", `${hit.speaker} `));
  if (hit.flagged) words.append(made("span", "doubt", ` ${voice.say("doubtful")}`));
  // With a space between them: it is read out as one name.
  link.append(words, " ", facts);
  node.append(link);
  return node;
}

/** @param {string} href @param {string} textContent */
function anchor(href, textContent) {
  return Object.assign(document.createElement("a"), { href, textContent });
}

/** @param {string[]} codes @param {Voice} voice */
function languages(codes, voice) {
  const names = new Intl.DisplayNames(voice.language, { type: "language" });
  return codes.map((code) => names.of(code) ?? code).join(", ");
}

/** @param {import("./calls.js").Meeting} meeting @param {Voice} voice */
function report({ report_status: status }, voice) {
  return status === "off" ? "" : voice.say(`report_${status}`);
}
