/**
 * The form in which a person changes one statement. In: an item; out: what changed, or the wish to remove it.
 * Escape leaves it as it was, Ctrl+Enter saves.
 */

import { button, made, trouble } from "../view/dom.js";

/** @typedef {import("./calls.js").Item} Item */
/** @typedef {import("./calls.js").Changes} Changes */
/** @typedef {import("../voice.js").Voice} Voice */

/** Letters that are taken. */
const MOST = { text: 2000, owner: 200 };

let forms = 0;

/** @param {Item} item @param {string} kind of its section @param {Voice} voice
 * @param {(changes: Changes) => void} save with nothing in it when nothing changed
 * @param {() => void} cancel */
export function editor(item, kind, voice, save, cancel) {
  forms += 1;
  const form = /** @type {HTMLFormElement} */ (made("form", "editor"));
  form.lang = voice.language;
  const text = /** @type {HTMLTextAreaElement} */ (made("textarea"));
  text.value = item.text;
  text.required = true;
  text.maxLength = MOST.text;
  text.rows = 3;
  const owner = input("text", item.owner);
  owner.maxLength = MOST.owner;
  const due = input("date", item.due_date);
  const fields = [field(text, voice.say("edit_text"))];
  if (kind === "actions" || item.owner || item.due_date) {
    fields.push(field(owner, voice.say("edit_owner")), field(due, voice.say("edit_due")));
  }
  const submit = /** @type {HTMLButtonElement} */ (made("button", "strong", voice.say("save")));
  const acts = made("p", "acts");
  acts.append(
    submit,
    button("", voice.say("cancel"), cancel),
    button("remove", voice.say("remove"), () => save({ removed: true })),
  );
  form.append(...fields, trouble(), acts);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const now = { text: text.value.trim(), owner: owner.value.trim() || null, due_date: due.value || null };
    save(changed(item, now));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return { form, focus: () => text.focus() };
}

/** Only what is not as it was.
 * @param {Item} item @param {{text: string, owner: string | null, due_date: string | null}} now
 * @returns {Changes} */
function changed(item, now) {
  return {
    ...(now.text && now.text !== item.text ? { text: now.text } : {}),
    ...(now.owner !== item.owner ? { owner: now.owner } : {}),
    ...(now.due_date !== item.due_date ? { due_date: now.due_date } : {}),
  };
}

/** @param {string} type @param {string | null} value */
function input(type, value) {
  const node = /** @type {HTMLInputElement} */ (made("input"));
  node.type = type;
  node.value = value ?? "";
  return node;
}

/** @param {HTMLInputElement | HTMLTextAreaElement} control @param {string} label */
function field(control, label) {
  const node = made("p", "field");
  const name = /** @type {HTMLLabelElement} */ (made("label", "", label));
  control.id = `report-${forms}-${control.type}`;
  name.htmlFor = control.id;
  node.append(name, control);
  return node;
}
