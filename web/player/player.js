/**
 * The player of a meeting's page, loaded when the meeting is shown: there once something was recorded, else
 * nothing is seen of it. In: the meeting in the address, the answers of HTTP calls, pointer and keys; out: sound,
 * the bar at the bottom of the page, and marks in the transcript. It reads while the meeting is live, again and
 * again.
 */

import { momentOf, readMeetingPage } from "../protocol.js";
import { Voice } from "../voice.js";
import { element, put } from "../view/dom.js";
import { PlayerCalls } from "./calls.js";
import { Deck } from "./deck.js";
import { SENTENCES } from "./sentences.js";
import { WaveformBar } from "./waveform.js";
import { SpokenWords } from "./words.js";

const BARS = 800;
const AGAIN_MS = 8_000;
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
/** Where keys are for something else. */
const BUSY = "input, textarea, select, button, a, summary, dialog, [contenteditable], [role=slider]";

const { base, meeting, token } = readMeetingPage(location.href);
const calls = new PlayerCalls(base, meeting, token);
const root = element("player");
const play = element("player-play", HTMLButtonElement);
const speed = element("player-speed", HTMLSelectElement);
const follow = element("player-follow", HTMLButtonElement);
let voice = spoken();
let problem = "";
let missing = false;
let again = 0;
/** Whether the reader has gone to a moment, and not only come to the page. */
let gone = false;

const deck = new Deck((url) => calls.source(url), show, () => {
  problem = "unplayable";
  void read();
});
const bar = new WaveformBar(element("player-place"), go);
const words = new SpokenWords(element("said"), element("main"), hear, () => (follow.hidden = !deck.playing));

play.addEventListener("click", () => toggle());
for (const button of root.querySelectorAll("[data-skip]")) {
  button.addEventListener("click", () => go(deck.time + Number(button.getAttribute("data-skip"))));
}
for (const rate of SPEEDS) speed.add(new Option("", String(rate), rate === 1, rate === 1));
speed.addEventListener("change", () => deck.speed(Number(speed.value)));
follow.addEventListener("click", () => {
  words.follow();
  follow.hidden = true;
});
document.addEventListener("keydown", key);
window.addEventListener("hashchange", toMoment);
new MutationObserver(speak).observe(document.documentElement, { attributeFilter: ["lang"] });
speak();
void read().then(toMoment);

/** Read what there is; while the meeting is live, again. */
async function read() {
  try {
    const found = await calls.recordings();
    if (found.data.length) {
      missing = found.missing.length > 0;
      root.hidden = false;
      deck.show(found.data, 0);
      const drawn = await calls.waveform(BARS);
      deck.show(found.data, drawn.duration);
      bar.show(drawn.bars, found.missing, deck.end);
      words.show(await calls.words());
      show();
    }
  } catch {
    // The page itself says why it cannot be read; what is heard goes on.
  }
  clearTimeout(again);
  if (deck.live || element("state").dataset.state === "live") again = setTimeout(() => void read(), AGAIN_MS);
}

/** The moment that the address names, `#t=83.2`: from there on it will be heard. */
function toMoment() {
  const moment = momentOf(location.hash);
  if (moment !== null && !root.hidden) deck.seek(moment);
}

/** @param {number} seconds */
function go(seconds) {
  gone = true;
  deck.seek(seconds);
}

/** @param {number} seconds */
function hear(seconds) {
  problem = "";
  follow.hidden = true;
  deck.seek(seconds);
  if (!deck.playing) deck.play();
}

function toggle() {
  problem = "";
  if (!deck.playing) {
    words.following = true;
    follow.hidden = true;
  }
  deck.toggle();
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (root.hidden || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(BUSY)) return;
  const step = event.shiftKey ? 15 : 5;
  if (event.key === " " && !event.repeat) toggle();
  else if (event.key === "ArrowLeft") go(deck.time - step);
  else if (event.key === "ArrowRight") go(deck.time + step);
  else if (event.key !== " ") return;
  event.preventDefault();
}

/** Speak the language of the page. */
function speak() {
  voice = spoken();
  root.ariaLabel = voice.say("player");
  for (const node of root.querySelectorAll("[data-say]")) {
    node.ariaLabel = voice.say(node.getAttribute("data-say") ?? "");
    if (node instanceof HTMLElement) node.title = node.ariaLabel;
  }
  follow.textContent = voice.say("follow");
  const form = new Intl.NumberFormat(voice.language);
  for (const option of speed.options) option.textContent = `${form.format(Number(option.value))}×`;
  show();
}

function spoken() {
  return new Voice(document.documentElement.lang === "ru" ? "ru" : "en", SENTENCES);
}

function show() {
  root.toggleAttribute("data-playing", deck.playing);
  play.ariaLabel = voice.say(deck.playing ? "pause" : "play");
  play.title = play.ariaLabel;
  const [at, end] = [voice.clock(Math.floor(deck.time)), voice.clock(deck.end)];
  put(element("player-at"), at);
  put(element("player-end"), end);
  put(element("player-note"), voice.say(problem || (deck.live ? "live" : missing ? "missing" : "keys")));
  element("player-note").toggleAttribute("data-problem", problem !== "");
  bar.at(deck.time, voice.say("place_of", { at, end }));
  words.at(deck.time, deck.playing || gone);
}
