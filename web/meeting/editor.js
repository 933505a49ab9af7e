/**
 * The place in which a reader corrects one line, over its words. In: the line's text; out: the text as it is
 * now, by Enter or its button; Escape leaves it as it was.
 */

import { complain, made, trouble } from "../view/dom.js";

/** @typedef {import("../voice.js").Voice} Voice */

const MOST = 2000;

/** @param {HTMLElement} node of the line @param {string} text @param {Voice} voice
 * @param {(text: string) => Promise<string>} save what went wrong comes back, empty when nothing did */
export function editLine(node, text, voice, save) {
  if (node.querySelector("form")) return;
  const form = made("form", "correcting");
  form.lang = voice.language;
  const field = /** @type {HTMLTextAreaElement} */ (made("textarea"));
  field.value = text;
  field.maxLength = MOST;
  field.rows = 1;
  field.ariaLabel = voice.say("correct_text");
  field.lang = node.querySelector(".words")?.getAttribute("lang") ?? "";
  const told = trouble();
  const [done, leave] = [made("button", "strong", voice.say("save_text")), made("button", "", voice.say("cancel"))];
  /** @type {HTMLButtonElement} */ (leave).type = "button";
  const choices = made("p", "choices");
  choices.append(done, leave, made("span", "hint", voice.say("correct_hint")));
  form.append(field, told, choices);
  const close = () => {
    form.remove();
    node.classList.remove("open");
    node.focus({ preventScroll: true });
  };
  const submit = async () => {
    const button = /** @type {HTMLButtonElement} */ (done);
    if (button.disabled) return;
    button.disabled = true;
    const problem = field.value.trim() === text ? "" : await save(field.value.trim());
    button.disabled = false;
    complain(told, problem);
    if (!problem) close();
  };
  leave.addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    // While letters are composed, Enter ends that.
    else if (event.key === "Enter" && !event.isComposing) {
      if (event.target !== field) return;
      event.preventDefault();
      void submit();
    } else return;
    event.stopPropagation();
  });
  field.addEventListener("input", () => fit(field));
  node.classList.add("open");
  node.append(form);
  fit(field);
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

/** As high as its text.
 * @param {HTMLTextAreaElement} field */
function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
