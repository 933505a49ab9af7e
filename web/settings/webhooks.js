/** The webhooks of the workspace: listed, made, tested, switched, their secret changed, and what each was told. */

import { made } from "../view/dom.js";
import { actions, attempt, button, checks, confirmed, faultOf, field, form, input, list, once, row } from "./parts.js";

/** @typedef {import("./calls.js").Webhook} Webhook */
/** @typedef {import("./calls.js").Delivery} Delivery */
/** @typedef {import("./parts.js").Desk} Desk */
/** @typedef {import("./parts.js").Section} Section */
/** @typedef {{webhook: string, told: Delivery[], cursor: string | null}} History */

const EVENTS = [
  "meeting.started",
  "segment.final",
  "meeting.ended",
  "transcript.ready",
  "report.ready",
  "meeting.deleted",
];
const UNASKED = "segment.final";

/** @implements {Section} */
export class Webhooks {
  name = "webhooks";
  /** @type {Webhook[]} */
  #webhooks = [];
  /** @type {History | null} */
  #history = null;
  #making = false;
  secret = "";
  fault = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.#webhooks = await this.desk.calls.webhooks();
  }

  draw() {
    const voice = this.desk.voice();
    const rows = this.#webhooks.map((one) => this.#row(one));
    const nodes = [...once(this, voice.say("webhook_secret")), ...faultOf(this), list(rows, voice.say("webhooks_none"))];
    if (this.#making) nodes.push(this.#form());
    else if (!this.secret) nodes.push(actions(button(voice.say("webhook_new"), () => this.#open(true), "main")));
    return nodes;
  }

  /** @param {Webhook} webhook */
  #row(webhook) {
    const voice = this.desk.voice();
    const { id, url, events, description, enabled, disabled, waiting } = webhook;
    const facts = [
      events.map((event) => voice.say(`event_${event}`)).join(", "),
      waiting ? voice.say("waiting", { count: waiting }) : "",
      webhook.former_secret_until ? voice.say("former_until", { at: voice.moment(webhook.former_secret_until) }) : "",
    ];
    const fault = disabled
      ? voice.say(`off_${disabled.code}`, { at: voice.moment(disabled.at) })
      : webhook.failing_since
        ? voice.say("failing_since", { at: voice.moment(webhook.failing_since) })
        : "";
    const shown = this.#history?.webhook === id;
    const history = button(voice.say(shown ? "history_hide" : "history"), () => this.#look(shown ? "" : id));
    history.ariaExpanded = String(shown);
    const calls = this.desk.calls;
    const node = row({ name: url, text: description, facts, fault, over: !enabled }, [
      history,
      ...(enabled ? [button(voice.say("test"), () => this.#do(() => calls.testWebhook(id), id))] : []),
      button(voice.say(enabled ? "switch_off" : "switch_on"), () =>
        this.#do(() => calls.changeWebhook(id, { enabled: !enabled })),
      ),
      button(voice.say("rotate"), () => this.#rotate(webhook)),
      button(voice.say("delete"), () => this.#delete(webhook), "small danger"),
    ]);
    if (shown) node.append(this.#told());
    return node;
  }

  #told() {
    const voice = this.desk.voice();
    const node = made("div", "under");
    const { webhook, told, cursor } = /** @type {History} */ (this.#history);
    const rows = told.map((one) => {
      const facts = [
        voice.say(`state_${one.state}`),
        voice.moment(one.created_at, "medium", "medium"),
        one.attempts === 1 ? voice.say("attempt") : voice.say("attempts", { count: one.attempts }),
        one.next_at ? voice.say("next_at", { at: voice.moment(one.next_at, "medium", "medium") }) : "",
      ];
      const again = one.state === "sent" || one.state === "given_up";
      const replay = button(voice.say("replay"), () =>
        this.#do(() => this.desk.calls.replay(webhook, one.id), webhook),
      );
      const name = voice.say(`event_${one.type}`);
      return row({ name, facts, fault: one.error?.message }, again ? [replay] : []);
    });
    node.append(list(rows, voice.say("history_none")));
    const refresh = button(voice.say("refresh"), () => this.#look(webhook));
    const more = cursor ? [button(voice.say("older"), () => this.#older())] : [];
    node.append(actions(refresh, ...more));
    return node;
  }

  /** Show what a webhook was told, or nothing of any.
   * @param {string} webhook */
  #look(webhook) {
    return attempt(this, async () => {
      this.#history = webhook ? await this.#read(webhook) : null;
    });
  }

  #older() {
    return attempt(this, async () => {
      const before = this.#history;
      if (!before?.cursor) return;
      const { told, cursor } = await this.#read(before.webhook, before.cursor);
      this.#history = { ...before, told: [...before.told, ...told], cursor };
    });
  }

  /** @param {string} webhook @param {string} [from] a cursor @returns {Promise<History>} */
  async #read(webhook, from = "") {
    const { data, next_cursor } = await this.desk.calls.deliveries(webhook, from);
    return { webhook, told: data, cursor: next_cursor };
  }

  /** @param {boolean} making */
  #open(making) {
    this.#making = making;
    this.desk.redraw();
  }

  #form() {
    const voice = this.desk.voice();
    const url = { type: "url", required: true, maxLength: 2000, placeholder: "https://example.org/steno" };
    return form(
      voice,
      [
        field(voice.say("webhook_url"), input("url", url), "wide"),
        field(voice.say("webhook_about"), input("description", { maxLength: 200 }), "wide"),
        checks(
          voice.say("events"),
          EVENTS.map((value) => ({ value, text: voice.say(`event_${value}`), checked: value !== UNASKED })),
          "events",
        ),
      ],
      voice.say("webhook_create"),
      (given) => this.#make(given),
      () => this.#open(false),
    );
  }

  /** @param {FormData} given */
  async #make(given) {
    const made = await this.desk.calls.createWebhook({
      url: String(given.get("url")),
      description: String(given.get("description")),
      events: given.getAll("events"),
    });
    this.secret = made.secret;
    this.#making = false;
    this.#webhooks = [made, ...this.#webhooks];
    this.desk.redraw();
  }

  /** @param {Webhook} webhook */
  async #rotate({ id, url }) {
    const voice = this.desk.voice();
    const words = { title: voice.say("rotate_ask", { url }), text: voice.say("rotate_text"), yes: voice.say("rotate") };
    if (!(await confirmed(voice, words))) return;
    await this.#do(async () => {
      this.secret = (await this.desk.calls.rotateSecret(id)).secret;
    });
  }

  /** @param {Webhook} webhook */
  async #delete({ id, url }) {
    const voice = this.desk.voice();
    const words = { title: voice.say("webhook_delete_ask", { url }), text: voice.say("webhook_delete_text") };
    if (!(await confirmed(voice, { ...words, yes: voice.say("delete") }))) return;
    if (this.#history?.webhook === id) this.#history = null;
    await this.#do(() => this.desk.calls.deleteWebhook(id));
  }

  /** Do something, then read what has changed; with `look` also what that webhook was told.
   * @param {() => Promise<unknown>} work @param {string} [look] */
  #do(work, look = "") {
    return attempt(this, async () => {
      await work();
      await this.load();
      if (look) this.#history = await this.#read(look);
    });
  }
}
