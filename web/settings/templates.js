/** The templates of reports: the built-in ones to look at, one's own to write, with the fault where there is one. */

import { made } from "../view/dom.js";
import { actions, attempt, button, confirmed, faultOf, field, form, input, list, row } from "./parts.js";

/** @typedef {import("./calls.js").Template} Template */
/** @typedef {import("./parts.js").Desk} Desk */
/** @typedef {import("./parts.js").Section} Section */
/** @typedef {{name: string, source: string, writing: boolean, fresh: boolean}} Open */

/** @implements {Section} */
export class Templates {
  name = "templates";
  /** @type {Template[]} */
  #templates = [];
  /** @type {Open | null} */
  #open = null;
  fault = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.#templates = await this.desk.calls.templates();
  }

  draw() {
    const voice = this.desk.voice();
    const nodes = [...faultOf(this), list(this.#templates.map((one) => this.#row(one)), "")];
    if (this.#open?.fresh) nodes.push(this.#form(this.#open));
    else if (this.desk.may("manage"))
      nodes.push(actions(button(voice.say("template_new"), () => this.#look("general", true, true), "main")));
    return nodes;
  }

  /** @param {Template} template */
  #row({ name, version, title, built_in }) {
    const voice = this.desk.voice();
    const open = this.#open?.name === name && !this.#open.fresh ? this.#open : null;
    const manage = this.desk.may("manage");
    const facts = [
      name,
      voice.say(built_in ? "built_in" : "own_template"),
      built_in ? "" : voice.say("version", { version }),
    ];
    const buttons = [];
    if (open) buttons.push(button(voice.say("template_close"), () => this.#close()));
    else buttons.push(button(voice.say("view"), () => this.#look(name, false, false)));
    if (manage && !built_in && !open?.writing) {
      buttons.push(button(voice.say("edit"), () => this.#look(name, true, false)));
      buttons.push(button(voice.say("withdraw"), () => this.#withdraw(name), "small danger"));
    }
    const node = row({ name: title[voice.language] ?? title.en ?? name, facts }, buttons);
    if (open?.writing) node.append(this.#form(open));
    else if (open) {
      const source = made("pre", "source", open.source);
      source.tabIndex = 0;
      source.role = "region";
      source.ariaLabel = voice.say("template_source");
      node.append(source);
    }
    return node;
  }

  /** @param {Open} open */
  #form(open) {
    const voice = this.desk.voice();
    const source = Object.assign(document.createElement("textarea"), {
      name: "source",
      value: open.source,
      spellcheck: false,
      required: true,
    });
    const name = input("name", {
      required: true,
      maxLength: 160,
      pattern: "[A-Za-z0-9_\\-]+",
      title: voice.say("template_name_rule"),
    });
    const named = open.fresh ? [field(voice.say("template_name"), name, "wide")] : [];
    return form(
      voice,
      [...named, field(voice.say("template_source"), source, "wide")],
      voice.say("template_keep"),
      async (given) => {
        await this.desk.calls.keepTemplate(open.fresh ? String(given.get("name")) : open.name, String(given.get("source")));
        await this.load();
        this.#close();
      },
      () => this.#close(),
    );
  }

  /** @param {string} name @param {boolean} writing @param {boolean} fresh whether a new one begins with it */
  #look(name, writing, fresh) {
    return attempt(this, async () => {
      const { source } = await this.desk.calls.template(name);
      this.#open = { name, source, writing, fresh };
    });
  }

  #close() {
    this.#open = null;
    this.desk.redraw();
  }

  /** @param {string} name */
  async #withdraw(name) {
    const voice = this.desk.voice();
    const words = { title: voice.say("withdraw_ask", { name }), text: voice.say("withdraw_text") };
    if (!(await confirmed(voice, { ...words, yes: voice.say("withdraw") }))) return;
    await attempt(this, async () => {
      await this.desk.calls.withdrawTemplate(name);
      await this.load();
      this.#open = null;
    });
  }
}
