/**
 * What stands under a report: another template to write it anew with, its versions, and the report as a file.
 * In: what there is to choose from; out: the reader's wishes. A choice that was made stays while it exists.
 */

import { button, made } from "../view/dom.js";

/** @typedef {import("./calls.js").Answer} Answer */
/** @typedef {import("./calls.js").Template} Template */
/** @typedef {import("./calls.js").Version} Version */
/** @typedef {import("./calls.js").Wish} Wish */
/** @typedef {import("../voice.js").Voice} Voice */
/**
 * @typedef {object} Choices
 * @property {Template[]} templates
 * @property {Version[]} versions
 * @property {number} shown the version on the page
 * @property {Answer} answer
 */

/** @param {string} kind of the thing that is chosen @param {(value: string) => void} choose */
function menu(kind, choose) {
  const label = /** @type {HTMLLabelElement} */ (made("label"));
  const select = /** @type {HTMLSelectElement} */ (made("select"));
  select.id = `report-${kind}`;
  label.htmlFor = select.id;
  select.addEventListener("change", () => choose(select.value));
  return { label, select };
}

export class Tools {
  #template = menu("template", () => {});
  #version = menu("version", (value) => this.acts.version(Number(value)));
  #write = button("", "", () => this.acts.write(this.#wish()));
  #keep = /** @type {HTMLInputElement} */ (made("input"));
  #keepLabel = made("label", "keep");
  #keepText = made("span");
  #page = button("", "", () => this.acts.file("html"));
  #markdown = button("", "", () => this.acts.file("md"));
  #anew = made("p", "anew");
  #older = made("p", "older");

  /** @param {{write: (wish: Wish) => void, version: (version: number) => void,
   *   file: (format: "html" | "md") => void}} acts */
  constructor(acts) {
    this.acts = acts;
    this.node = made("div", "report-tools");
    this.#keep.type = "checkbox";
    this.#keep.checked = true;
    this.#keepLabel.append(this.#keep, this.#keepText);
    this.#anew.append(this.#template.label, this.#template.select, this.#write, this.#keepLabel);
    this.#older.append(this.#version.label, this.#version.select);
    const files = made("p", "files");
    files.append(this.#page, this.#markdown);
    this.node.append(this.#anew, this.#older, files);
  }

  /** @param {Choices} choices @param {Voice} voice */
  show({ templates, versions, shown, answer }, voice) {
    this.#template.label.textContent = voice.say("template");
    this.#version.label.textContent = voice.say("version");
    this.#write.textContent = voice.say(answer.report.model ? "write" : "write_first");
    this.#keepText.textContent = voice.say("keep_edits");
    this.#page.textContent = voice.say("page");
    this.#markdown.textContent = voice.say("markdown");
    const titles = new Map(templates.map(({ name, title }) => [name, title[voice.language] || title.en || name]));
    const now = this.#template.select.value || answer.report.template;
    fill(this.#template.select, [...titles], titles.has(now) ? now : "general");
    fill(this.#version.select, versions.map((one) => [String(one.version), named(one, titles, voice)]), String(shown));
    this.#anew.hidden = !templates.length || answer.writing || !answer.writable;
    this.#older.hidden = versions.length < 2;
    this.#keepLabel.hidden = !isEdited(answer);
  }

  #wish() {
    const template = { template: this.#template.select.value };
    return this.#keepLabel.hidden || this.#keep.checked ? template : { ...template, discard_edits: true };
  }
}

/** @param {Answer} answer */
function isEdited({ report }) {
  return report.sections.some(({ items }) => items.some(({ support }) => support === "edited"));
}

/** @param {HTMLSelectElement} select @param {[string, string][]} options @param {string} chosen */
function fill(select, options, chosen) {
  const nodes = options.map(([value, text]) => new Option(text, value, false, value === chosen));
  select.replaceChildren(...nodes);
}

/** @param {Version} one @param {Map<string, string>} titles @param {Voice} voice */
function named({ version, template, created_at: at }, titles, voice) {
  const date = new Date(at);
  return voice.say("version_is", {
    version,
    template: titles.get(template) ?? (template === "extractive" ? voice.say("version_plain") : template),
    when: Number.isNaN(date.getTime()) ? "" : voice.moment(date),
  });
}
