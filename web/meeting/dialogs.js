/**
 * The small windows of a meeting's page: what a speaker is called, what a line said before, and a link for
 * others. In: what to show and whom to call; out: the reader's choice. Each is one `dialog` of the browser.
 */

import { button, complain, copied, made, trouble } from "../view/dom.js";

/** @typedef {import("../voice.js").Voice} Voice */
/** @typedef {import("./calls.js").Speaker} Speaker */
/** @typedef {import("./calls.js").TextVersion} TextVersion */

/** Days for which a link may be good. */
export const DAYS = [1, 7, 30];
let windows = 0;

/** A window that is gone when it is closed.
 * @param {string} title @param {HTMLElement[]} content @param {Voice} voice */
export function open(title, content, voice) {
  windows += 1;
  const dialog = /** @type {HTMLDialogElement} */ (made("dialog", "dialog window"));
  const [heading, close] = [made("h2", "", title), /** @type {HTMLButtonElement} */ (made("button", "close", "×"))];
  heading.id = `window-${windows}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  close.type = "button";
  close.ariaLabel = voice.say("close");
  close.addEventListener("click", () => dialog.close());
  const from = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true });
  });
  dialog.append(heading, close, ...content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {Speaker} speaker @param {Voice} voice @param {(name: string | null) => Promise<string>} save what went
 * wrong comes back */
export function nameSpeaker({ label, name, segments }, voice, save) {
  const form = made("form");
  const field = /** @type {HTMLInputElement} */ (made("input"));
  field.value = name ?? label;
  field.maxLength = 100;
  field.required = true;
  field.autocomplete = "off";
  field.ariaLabel = voice.say("name");
  const [problem, choices] = [trouble(), made("p", "choices")];
  const done = made("button", "strong", voice.say("save_text"));
  choices.append(done);
  if (name !== null) choices.append(button("", voice.say("unname", { label }), () => void finish(null)));
  form.append(field, made("p", "hint", voice.say("name_hint", { count: segments })), problem, choices);
  const dialog = open(voice.say("rename"), [form], voice);
  /** @param {string | null} to */
  const finish = async (to) => {
    const wrong = await save(to);
    complain(problem, wrong);
    if (!wrong) dialog.close();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void finish(field.value.trim() || null);
  });
  field.select();
}

/** @param {TextVersion[]} versions the newest first @param {Voice} voice @param {boolean} editable
 * @param {(version: number) => Promise<string>} restore what went wrong comes back */
export function showHistory(versions, voice, editable, restore) {
  const [list, problem] = [made("ol", "versions-list"), trouble()];
  for (const { version, text, restored, at, by } of versions) {
    const row = made("li");
    const who = version ? voice.say("corrected_by", { by: byWhom(by, voice), at: voice.moment(at ?? new Date(0)) }) : voice.say("heard");
    const note = restored === null ? "" : ` · ${voice.say("restored")}`;
    row.append(made("p", "facts", who + note), made("p", "words", text || voice.say("taken_out")));
    if (editable && version !== versions[0].version)
      row.append(button("bring-back", voice.say("bring_back"), () => void back(version)));
    list.append(row);
  }
  const dialog = open(voice.say("history"), [list, problem], voice);
  /** @param {number} version */
  const back = async (version) => {
    const wrong = await restore(version);
    complain(problem, wrong);
    if (!wrong) dialog.close();
  };
}

/** @param {Voice} voice @param {(seconds: number) => Promise<{link: string, until: string}>} make
 * @param {(fault: unknown) => string} say what went wrong */
export function share(voice, make, say) {
  const [form, made_] = [made("form"), made("div")];
  const days = made("fieldset", "days");
  days.append(made("legend", "", voice.say("share_for")));
  for (const count of DAYS) {
    const label = made("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "days", value: String(count), checked: count === 7 });
    label.append(radio, ` ${voice.say(`days_${count}`)}`);
    days.append(label);
  }
  const [problem, choices] = [trouble(), made("p", "choices")];
  choices.append(made("button", "strong", voice.say("make_link")));
  form.append(made("p", "", voice.say("share_text")), days, problem, choices);
  open(voice.say("share"), [form, made_], voice);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input:checked");
    const seconds = Number(chosen instanceof HTMLInputElement ? chosen.value : 1) * 86_400;
    void make(seconds).then(
      ({ link, until }) => {
        form.hidden = true;
        made_.replaceChildren(...linkParts(link, until, voice));
        made_.querySelector("button")?.focus();
      },
      (fault) => complain(problem, say(fault)),
    );
  });
}

/** @param {string} link @param {string} until @param {Voice} voice */
function linkParts(link, until, voice) {
  const field = Object.assign(document.createElement("input"), { value: link, readOnly: true, ariaLabel: voice.say("link") });
  const [told, choices] = [made("p", "hint"), made("p", "choices")];
  told.role = "status";
  const copy = button("strong", voice.say("copy"), () => {
    void copied(field).then((done) => (told.textContent = voice.say(done ? "copied" : "copy_by_hand")));
  });
  choices.append(copy);
  return [field, made("p", "hint", voice.say("good_until", { at: voice.moment(until, "long") })), told, choices];
}

/** @param {string | null} by @param {Voice} voice */
function byWhom(by, voice) {
  return by === "open" || by === null ? voice.say("by_somebody") : by === "environment" ? voice.say("by_owner") : by;
}
