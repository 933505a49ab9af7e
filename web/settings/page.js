/**
 * The settings of a workspace: who is signed in, keys, webhooks, whom to tell, templates, use and how long
 * meetings are kept. In: the rights of whoever looks, and the answers of HTTP calls; out: the page. What the
 * rights do not allow is not shown.
 */

import { Shell } from "../shell.js";
import { signOut } from "../signin.js";
import { element, made } from "../view/dom.js";
import { SettingsCalls } from "./calls.js";
import { Keys } from "./keys.js";
import { Retention, Usage } from "./more.js";
import { button } from "./parts.js";
import { SENTENCES } from "./sentences.js";
import { Notifications } from "./targets.js";
import { Templates } from "./templates.js";
import { Webhooks } from "./webhooks.js";

/** @typedef {import("./parts.js").Section} Section */
/** @typedef {{section: Section, card: HTMLElement, title: HTMLElement, hint: HTMLElement, body: HTMLElement, ready: boolean, failed: boolean}} Card */

const KINDS = [
  { Kind: Keys, scope: "manage" },
  { Kind: Webhooks, scope: "manage" },
  { Kind: Notifications, scope: "manage" },
  { Kind: Templates, scope: "view" },
  { Kind: Usage, scope: "manage" },
  { Kind: Retention, scope: "manage" },
];

const base = new URL("./", document.baseURI).href;
const calls = new SettingsCalls(base);
/** @type {Card[]} */
let cards = [];
const shell = new Shell(base, SENTENCES, { enter, show });
shell.begin();

/** Somebody is signed in: make the sections that they may see, and read each. */
function enter() {
  cards = KINDS.filter(({ scope }) => may(scope)).map(({ Kind }) => cardOf(Kind));
  element("sections").replaceChildren(...cards.map(({ card }) => card));
  show();
  for (const card of cards) void load(card);
}

/** @param {string} scope */
function may(scope) {
  return shell.who?.scopes.includes(scope) ?? false;
}

/** @param {typeof KINDS[number]["Kind"]} Kind @returns {Card} */
function cardOf(Kind) {
  const section = new Kind({ calls, voice: () => shell.voice, may, redraw: () => redraw(card) });
  const [node, title, hint, body] = [made("section", "card"), made("h2"), made("p", "hint"), made("div")];
  node.id = section.name;
  title.id = `${section.name}-title`;
  title.tabIndex = -1;
  node.setAttribute("aria-labelledby", title.id);
  node.append(title, hint, body);
  const card = { section, card: node, title, hint, body, ready: false, failed: false };
  return card;
}

/** @param {Card} card */
async function load(card) {
  try {
    await card.section.load();
    card.ready = true;
    card.failed = false;
  } catch (fault) {
    card.failed = true;
    shell.fail(fault);
  }
  redraw(card);
}

/** Draw a section anew; what had the focus in it keeps it, as far as it is still there.
 * @param {Card} card */
function redraw(card) {
  const { section, title, hint, body } = card;
  const { voice } = shell;
  const active = document.activeElement;
  const inside = body.contains(active);
  const label = active?.textContent;
  const before = body.querySelectorAll("form").length;
  title.textContent = voice.say(section.name);
  hint.textContent = voice.say(`${section.name}_about`);
  if (card.failed) body.replaceChildren(button(voice.say("again"), () => load(card)));
  else body.replaceChildren(...(card.ready ? section.draw() : [made("p", "hint", voice.say("reading"))]));
  const opened = body.querySelectorAll("form").length > before;
  if (!inside && !opened) return;
  const same = [...body.querySelectorAll("button")].find((one) => one.textContent === label);
  const first = opened ? body.querySelector("form input, form textarea") : null;
  const next = first ?? body.querySelector(".once button") ?? same ?? title;
  if (next instanceof HTMLElement) next.focus();
}

function show() {
  const { voice, who } = shell;
  element("content").hidden = !who?.signed_in || shell.outside;
  if (!who?.signed_in) return;
  const workspace = voice.say("in_workspace", { workspace: who.workspace ?? "" });
  const known = who.scopes.filter((scope) => scope !== "operate");
  const rights = known.map((scope) => voice.say(`scope_${scope}`)).join(", ");
  const facts = [workspace, who.asks_for_key ? (who.key_name === null ? voice.say("own_key") : who.key_name || voice.say("unnamed")) : voice.say("open"), rights];
  if (who.expires_at) facts.push(voice.say("until", { at: voice.moment(who.expires_at) }));
  const leave = who.asks_for_key ? [button(voice.say("sign_out"), leaving)] : [];
  element("account").replaceChildren(...facts.map((fact) => made("span", "", fact)), ...leave);
  const links = cards.map(({ section }) => link(`#${section.name}`, voice.say(section.name)));
  const admin = who.scopes.includes("operate") ? [link("admin", voice.say("server"))] : [];
  element("contents").replaceChildren(...links, ...admin);
  for (const card of cards) redraw(card);
}

/** @param {string} href @param {string} text */
function link(href, text) {
  return Object.assign(made("a", "", text), { href });
}

async function leaving() {
  try {
    await signOut(base);
    location.reload();
  } catch (fault) {
    shell.fail(fault);
  }
}
