/**
 * The slides of a meeting's page: what was shared in the meeting, as small pictures between the words, each at its
 * time and large in a window of its own. In: the meeting in the address and the answers of HTTP calls; out:
 * pictures in the transcript. It reads while the meeting is live, again and again. Of a meeting without slides
 * nothing is seen.
 */

import { open } from "../meeting/dialogs.js";
import { element, made } from "../view/dom.js";
import { Voice } from "../voice.js";
import { SlideCalls } from "./calls.js";
import { Places } from "./places.js";
import { SENTENCES } from "./sentences.js";

/** @typedef {import("./calls.js").Slide} Slide */
/** @typedef {{slide: Slide, node: HTMLElement, image: HTMLImageElement}} Shown */

const AGAIN_MS = 10_000;

const base = new URL("../", document.baseURI).href;
const meeting = decodeURIComponent(new URL(document.baseURI).pathname.split("/").at(-1) ?? "");
const token = /^#token=([\w.-]{1,4096})/.exec(location.hash)?.[1] ?? "";
const calls = new SlideCalls(base, meeting, token);
const content = element("content");
const places = new Places(element("said"));
/** @type {Map<number, Shown>} */
const known = new Map();
let voice = spoken();

new MutationObserver(speak).observe(document.documentElement, { attributeFilter: ["lang"] });
const visible = new MutationObserver(begin);
visible.observe(content, { attributeFilter: ["hidden"] });
begin();

/** Read once it is known that the meeting can be read. */
function begin() {
  if (content.hidden) return;
  visible.disconnect();
  void read();
}

/** Read what there is; while the meeting is live, again. */
async function read() {
  try {
    const slides = await calls.slides();
    for (const slide of slides) if (!known.has(slide.number)) known.set(slide.number, shown(slide));
    places.show(slides.flatMap(({ number, at }) => ({ at, node: /** @type {Shown} */ (known.get(number)).node })));
  } catch {
    // The page itself says why it cannot be read.
  }
  if (element("state").dataset.state === "live") setTimeout(() => void read(), AGAIN_MS);
}

/** @param {Slide} slide @returns {Shown} */
function shown(slide) {
  const image = picture(slide);
  image.loading = "lazy";
  const button = /** @type {HTMLButtonElement} */ (made("button"));
  button.type = "button";
  button.ariaHasPopup = "dialog";
  button.append(image);
  button.addEventListener("click", () => enlarge(slide));
  const node = made("div", "slide");
  node.append(made("span", "at", voice.clock(Math.floor(slide.at))), button);
  return { slide, node, image };
}

/** @param {Slide} slide */
function picture(slide) {
  const image = new Image(slide.width ?? undefined, slide.height ?? undefined);
  image.alt = named(slide);
  image.src = calls.source(slide);
  return image;
}

/** @param {Slide} slide */
function enlarge(slide) {
  open(named(slide), [picture(slide)], voice).classList.add("enlarged");
}

/** Speak the language of the page. */
function speak() {
  voice = spoken();
  for (const { slide, image } of known.values()) image.alt = named(slide);
}

/** @param {Slide} slide */
function named({ at }) {
  return voice.say("slide_at", { at: voice.clock(Math.floor(at)) });
}

function spoken() {
  return new Voice(document.documentElement.lang === "ru" ? "ru" : "en", SENTENCES);
}
