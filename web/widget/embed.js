/**
 * The page with nothing but the captions of one meeting. The meeting stands in the path, the look in the query.
 * The token stands in the query as well, by which the server knows whose frames may hold the page, or behind
 * `#`, where it is sent to nobody; without one the cookie of a signed-in browser will do.
 */

import { readMeetingPage } from "../protocol.js";
import { made } from "../view/dom.js";
import { Voice, firstKnown } from "../voice.js";
import { SENTENCES } from "./sentences.js";

const LOOKS = ["layout", "theme", "contrast", "size", "times", "controls", "lang"];

const asked = new URLSearchParams(location.search);
const hidden = new URLSearchParams(location.hash.slice(1));
const widget = document.createElement("steno-captions");
for (const name of LOOKS) {
  const value = asked.get(name);
  if (value !== null) widget.setAttribute(name, value);
}
widget.setAttribute("meeting", readMeetingPage(location.href).meeting);
widget.setAttribute("token", asked.get("token") ?? hidden.get("token") ?? "");
const voice = new Voice(firstKnown([asked.get("lang") ?? "", ...navigator.languages]), SENTENCES);
document.documentElement.lang = voice.language;
const title = made("h1", "", voice.say("captions"));
title.slot = "title";
widget.append(title);
document.getElementById("main")?.append(widget);
