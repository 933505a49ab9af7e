/**
 * What the sections of the settings are made of: cards, rows, buttons, forms, a secret that is shown once, the
 * question before something is taken away. In: words and what to do; out: elements. Nothing is kept here.
 */

import { Refused } from "../api.js";
import { copied, element, made } from "../view/dom.js";

/** @typedef {import("../voice.js").Voice} Voice */
/**
 * @typedef {object} Section a card of the page
 * @property {string} name the end of its sentences' keys, and its place in the address
 * @property {() => Promise<void>} load read it from the server
 * @property {() => HTMLElement[]} draw what stands under its title, in the language of the moment
 */
/**
 * @typedef {object} Desk what a section may use
 * @property {import("./calls.js").SettingsCalls} calls
 * @property {() => Voice} voice
 * @property {(scope: string) => boolean} may
 * @property {() => void} redraw show this section anew
 */

/** @param {string} text @param {() => unknown} press @param {string} [kind] */
export function button(text, press, kind = "small") {
  const node = /** @type {HTMLButtonElement} */ (made("button", kind, text));
  node.type = "button";
  node.addEventListener("click", async () => {
    node.disabled = true;
    try {
      await press();
    } finally {
      node.disabled = false;
    }
  });
  return node;
}

/** @param {HTMLElement[]} buttons */
export function actions(...buttons) {
  const node = made("div", "actions");
  node.append(...buttons);
  return node;
}

/** A row of a list: what it is, what there is to say, and what can be done.
 * @param {{name: string, code?: boolean, text?: string, facts: string[], fault?: string, over?: boolean}} what
 * @param {HTMLElement[]} buttons */
export function row({ name, code, text, facts, fault, over }, buttons) {
  const node = made("li", over ? "over" : "");
  const line = made("div", "row");
  const words = made("div");
  words.append(made("b", code ? "code" : "", name));
  if (text) words.append(made("span", "text", ` ${text}`));
  words.append(made("p", "facts", facts.filter(Boolean).join(" · ")));
  if (fault) words.append(made("p", "doubt-text", fault));
  line.append(words, ...(buttons.length ? [actions(...buttons)] : []));
  node.append(line);
  return node;
}

/** @param {HTMLElement[]} rows @param {string} none */
export function list(rows, none) {
  if (!rows.length) return made("p", "hint", none);
  const node = made("ul", "list");
  node.append(...rows);
  return node;
}

/** A field of a form with its label.
 * @param {string} label @param {HTMLElement} input @param {string} [kind] */
export function field(label, input, kind = "") {
  const node = made("label", kind);
  node.append(made("span", "", label), input);
  return node;
}

/** @param {string} name @param {Record<string, string | number | boolean>} [more] */
export function input(name, more = {}) {
  return Object.assign(document.createElement("input"), { name, autocomplete: "off", ...more });
}

/** Some of several, as boxes to tick.
 * @param {string} legend @param {{value: string, text: string, checked: boolean}[]} choices @param {string} name */
export function checks(legend, choices, name) {
  const node = made("fieldset");
  const box = made("div", "checks");
  for (const { value, text, checked } of choices) {
    const label = made("label");
    label.append(input(name, { type: "checkbox", value, checked }), made("span", "", text));
    box.append(label);
  }
  node.append(made("legend", "", legend), box);
  return node;
}

/** A form that sends itself and says why it was refused.
 * @param {Voice} voice @param {HTMLElement[]} fields @param {string} word on the button that sends it
 * @param {(form: FormData) => Promise<void>} send @param {() => void} cancel */
export function form(voice, fields, word, send, cancel) {
  const node = /** @type {HTMLFormElement} */ (made("form", "form"));
  const fault = made("p", "fault");
  fault.role = "alert";
  fault.hidden = true;
  const submit = /** @type {HTMLButtonElement} */ (made("button", "main", word));
  submit.type = "submit";
  node.append(...fields, fault, actions(submit, button(voice.say("cancel"), cancel)));
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    fault.hidden = true;
    try {
      await send(new FormData(node));
    } catch (refused) {
      fault.textContent = why(voice, refused);
      fault.hidden = false;
    } finally {
      submit.disabled = false;
    }
  });
  return node;
}

/** The secret of a section, which is shown this once; nothing where it has none.
 * @param {{desk: Desk, secret: string}} section @param {string} title */
export function once(section, title) {
  const [voice, secret] = [section.desk.voice(), section.secret];
  if (!secret) return [];
  const done = () => {
    section.secret = "";
    section.desk.redraw();
  };
  const node = made("div", "once");
  node.role = "status";
  const [shown, told] = [made("code", "", secret), made("p", "hint")];
  const copy = button(
    voice.say("copy"),
    async () => (told.textContent = voice.say((await copied(shown)) ? "copied" : "copy_yourself")),
    "main",
  );
  node.append(made("b", "", title), made("p", "hint", voice.say("once")), shown);
  node.append(actions(copy, button(voice.say("done"), done)), told);
  return [node];
}

/** Have a section do something, and say above its list why it could not be done.
 * @param {{desk: Desk, fault: string}} section @param {() => Promise<unknown>} work */
export async function attempt(section, work) {
  try {
    await work();
    section.fault = "";
  } catch (fault) {
    section.fault = why(section.desk.voice(), fault);
  }
  section.desk.redraw();
}

/** What went wrong last in a section.
 * @param {{fault: string}} section */
export function faultOf({ fault }) {
  return fault ? [made("p", "fault", fault)] : [];
}

/** Ask before something is taken away.
 * @param {Voice} voice @param {{title: string, text: string, yes: string}} words @returns {Promise<boolean>} */
export function confirmed(voice, { title, text, yes }) {
  const dialog = element("dialog", HTMLDialogElement);
  const heading = made("h2", "", title);
  heading.id = "dialog-title";
  return new Promise((resolve) => {
    const no = button(voice.say("keep"), () => dialog.close(""), "");
    dialog.replaceChildren(heading, made("p", "", text), actions(no, button(yes, () => dialog.close("yes"), "stop")));
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.returnValue = "";
    dialog.showModal();
    no.focus();
  });
}

/** Why a call was refused, in the server's own words where it has some.
 * @param {Voice} voice @param {unknown} fault */
export function why(voice, fault) {
  return fault instanceof Refused && fault.message ? fault.message : voice.say("problem_unreachable");
}
