/** The keys of the workspace: listed, made, shown once, revoked. */

import { actions, attempt, button, checks, confirmed, faultOf, field, form, input, list, once, row } from "./parts.js";

/** @typedef {import("./calls.js").Key} Key */
/** @typedef {import("./parts.js").Desk} Desk */
/** @typedef {import("./parts.js").Section} Section */

const SCOPES = ["ingest", "view", "manage"];
const DAY_MS = 86_400_000;

/** @implements {Section} */
export class Keys {
  name = "keys";
  /** @type {Key[]} */
  #keys = [];
  #making = false;
  secret = "";
  fault = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.#keys = await this.desk.calls.keys();
  }

  draw() {
    const voice = this.desk.voice();
    const rows = this.#keys.map((key) => this.#row(key));
    const nodes = [...once(this, voice.say("key_made")), ...faultOf(this), list(rows, voice.say("keys_none"))];
    if (this.#making) nodes.push(this.#form());
    else if (!this.secret) nodes.push(actions(button(voice.say("key_new"), () => this.#open(true), "main")));
    return nodes;
  }

  /** @param {Key} key */
  #row(key) {
    const voice = this.desk.voice();
    const over = key.revoked_at ?? (key.expires_at && Date.parse(key.expires_at) < Date.now() ? key.expires_at : null);
    const quotas = Object.entries(key.quotas).filter(([, most]) => most !== null);
    const facts = [
      `${key.prefix}…`,
      key.scopes.map((scope) => voice.say(`scope_${scope}`)).join(", "),
      ...quotas.map(([name, most]) => voice.say(`quota_${name}`, { most: String(most) })),
      key.revoked_at
        ? voice.say("revoked_at", { at: voice.moment(key.revoked_at) })
        : key.expires_at
          ? voice.say(over ? "expired_at" : "expires_at", { at: voice.moment(key.expires_at) })
          : "",
      key.last_used_at ? voice.say("used_at", { at: voice.moment(key.last_used_at) }) : voice.say("never_used"),
    ];
    const revoke = button(voice.say("revoke"), () => this.#revoke(key), "small danger");
    const name = key.name || voice.say("unnamed");
    revoke.ariaLabel = voice.say("revoke_label", { name });
    return row({ name, facts, over: Boolean(over) }, key.revoked_at ? [] : [revoke]);
  }

  /** @param {boolean} making */
  #open(making) {
    this.#making = making;
    this.desk.redraw();
  }

  #form() {
    const voice = this.desk.voice();
    const number = { type: "number", min: 1, step: 1, inputMode: "numeric" };
    const scopes = SCOPES.filter((scope) => this.desk.may(scope));
    return form(
      voice,
      [
        field(voice.say("key_name"), input("name", { maxLength: 200, autofocus: true }), "wide"),
        checks(
          voice.say("scopes"),
          scopes.map((value) => ({ value, text: voice.say(`scope_${value}`), checked: value !== "manage" })),
          "scopes",
        ),
        field(voice.say("days_valid"), input("days", { ...number, max: 3650 })),
        field(voice.say("most_streams"), input("streams", { ...number, max: 10_000 })),
        field(voice.say("most_requests"), input("requests", { ...number, max: 1_000_000 })),
        field(voice.say("most_hours"), input("hours", { ...number, min: 0.01, step: "any", max: 1_000_000 })),
      ],
      voice.say("key_create"),
      (given) => this.#make(given),
      () => this.#open(false),
    );
  }

  /** @param {FormData} given */
  async #make(given) {
    const number = (/** @type {string} */ name) => Number(given.get(name)) || null;
    const days = number("days");
    const made = await this.desk.calls.createKey({
      name: String(given.get("name")),
      scopes: given.getAll("scopes"),
      expires_at: days ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
      quotas: {
        streams: number("streams"),
        requests_per_minute: number("requests"),
        hours_per_month: number("hours"),
      },
    });
    this.secret = made.key;
    this.#making = false;
    this.#keys = [made, ...this.#keys];
    this.desk.redraw();
  }

  /** @param {Key} key */
  async #revoke(key) {
    const voice = this.desk.voice();
    const title = voice.say("revoke_ask", { name: key.name || voice.say("unnamed") });
    if (!(await confirmed(voice, { title, text: voice.say("revoke_text"), yes: voice.say("revoke") }))) return;
    await attempt(this, async () => {
      const revoked = await this.desk.calls.revokeKey(key.id);
      this.#keys = this.#keys.map((one) => (one.id === key.id ? revoked : one));
    });
  }
}
