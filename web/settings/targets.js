/** Who is told of every meeting by mail, in a chat or by a webhook: added, changed, tried, removed. */

import { made } from "../view/dom.js";
import { actions, attempt, button, confirmed, faultOf, field, form, input, list, once, row } from "./parts.js";

/** @typedef {import("./calls.js").Target} Target */
/** @typedef {import("./calls.js").Told} Told */
/** @typedef {import("./parts.js").Desk} Desk */
/** @typedef {import("./parts.js").Section} Section */
/** @typedef {"email" | "chat" | "webhook"} Kind that can be typed; a browser offers itself */

const KINDS = /** @type {const} */ (["email", "chat", "webhook"]);

/** @implements {Section} */
export class Notifications {
  name = "notifications";
  /** @type {Told[]} */
  #told = [];
  #mails = true;
  /** What the form is for: one that is changed, or a new one of a kind.
   * @type {{id: string, kind: Kind, to: string} | null} */
  #open = null;
  secret = "";
  fault = "";
  /** What became of a trial, and of which. */
  #tried = { id: "", text: "", sent: false };

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    [this.#told, this.#mails] = await Promise.all([this.desk.calls.targets(), this.desk.calls.mails()]);
  }

  draw() {
    const voice = this.desk.voice();
    const rows = this.#told.map((one) => this.#row(one));
    const nodes = [...once(this, voice.say("target_secret")), ...faultOf(this), list(rows, voice.say("notifications_none"))];
    if (!this.#mails) nodes.push(made("p", "hint", voice.say("no_mail")));
    if (this.#told.some(({ target }) => target.kind !== "email"))
      nodes.push(made("p", "hint", voice.say("notifications_how")));
    if (this.#open && !this.#open.id) nodes.push(this.#form(this.#open));
    else if (!this.#open && !this.secret)
      nodes.push(actions(button(voice.say("target_new"), () => this.#show({ id: "", kind: "email", to: "" }), "main")));
    return nodes;
  }

  /** @param {Told} told */
  #row({ id, target }) {
    const voice = this.desk.voice();
    const [name, kind] = [whom(target), KINDS.find((one) => one === target.kind)];
    const change = (/** @type {Kind} */ kind) => this.#show({ id, kind, to: target.to?.join(", ") ?? "" });
    const node = row({ name, facts: [voice.say(`kind_${target.kind}`)] }, [
      button(voice.say("test"), () => this.#try(id)),
      ...(kind ? [button(voice.say("target_change"), () => change(kind))] : []),
      button(voice.say("target_remove"), () => this.#remove(id, name), "small danger"),
    ]);
    if (this.#tried.id === id) {
      const said = made("p", this.#tried.sent ? "hint" : "fault", this.#tried.text);
      said.role = "status";
      node.append(said);
    }
    if (this.#open?.id === id) node.append(this.#form(this.#open));
    return node;
  }

  /** @param {{id: string, kind: Kind, to: string}} open */
  #form({ id, kind, to }) {
    const voice = this.desk.voice();
    const where = (/** @type {Kind} */ kind) =>
      kind === "email"
        ? field(voice.say("target_to"), input("to", { required: true, maxLength: 16_000, value: to }), "wide")
        : field(voice.say(`target_${kind}`), input("to", { required: true, maxLength: 2_000 }), "wide");
    let asked = where(kind);
    const kinds = Object.assign(document.createElement("select"), { name: "kind" });
    kinds.append(...KINDS.map((one) => new Option(voice.say(`kind_${one}`), one, one === kind, one === kind)));
    kinds.addEventListener("change", () => {
      const other = where(/** @type {Kind} */ (kinds.value));
      asked.replaceWith(other);
      asked = other;
    });
    const fields = id ? [asked] : [field(voice.say("target_kind"), kinds, "wide"), asked];
    if (id && kind !== "email") fields.push(made("p", "hint wide", voice.say("target_anew")));
    return form(
      voice,
      fields,
      voice.say(id ? "save" : "target_add"),
      (given) => this.#keep(id, targetOf(/** @type {Kind} */ (given.get("kind") ?? kind), String(given.get("to")))),
      () => this.#show(null),
    );
  }

  /** @param {{id: string, kind: Kind, to: string} | null} open */
  #show(open) {
    this.#open = open;
    this.#tried = { id: "", text: "", sent: false };
    this.desk.redraw();
  }

  /** @param {string} id empty: of a new one @param {Target} target */
  async #keep(id, target) {
    const { calls } = this.desk;
    const kept = await (id ? calls.exchangeTarget(id, target) : calls.addTarget(target));
    this.secret = kept.target.secret ?? "";
    await this.load();
    this.#show(null);
  }

  /** @param {string} id */
  #try(id) {
    return attempt(this, async () => {
      const { sent, error } = await this.desk.calls.tryTarget(id);
      this.#tried = { id, sent, text: sent ? this.desk.voice().say("target_tried") : (error?.message ?? "") };
    });
  }

  /** @param {string} id @param {string} whom */
  async #remove(id, whom) {
    const voice = this.desk.voice();
    const words = { title: voice.say("target_remove_ask", { whom }), text: voice.say("target_remove_text") };
    if (!(await confirmed(voice, { ...words, yes: voice.say("target_remove") }))) return;
    await attempt(this, async () => {
      await this.desk.calls.removeTarget(id);
      if (this.#open?.id === id) this.#open = null;
      await this.load();
    });
  }
}

/** @param {Target} target */
function whom({ to, url, endpoint, kind }) {
  return to?.join(", ") ?? url ?? endpoint ?? kind;
}

/** @param {Kind} kind @param {string} typed @returns {Target} */
function targetOf(kind, typed) {
  if (kind !== "email") return { kind, url: typed.trim() };
  return { kind, to: typed.split(/[\s,;]+/).filter(Boolean) };
}
