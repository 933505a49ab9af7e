/**
 * The HTTP calls of the settings. In: what is to be read or changed; out: what the server answered. Each call
 * rejects with `Refused`, or as `fetch` does when no answer comes. Nothing is kept here.
 */

import { granted } from "../api.js";
import { settingsUrls } from "../protocol.js";

/** @typedef {{streams: number | null, requests_per_minute: number | null, hours_per_month: number | null}} Quotas */
/**
 * @typedef {object} Key
 * @property {string} id
 * @property {string} name
 * @property {string} prefix
 * @property {string[]} scopes
 * @property {string} created_at
 * @property {string | null} expires_at
 * @property {string | null} last_used_at
 * @property {string | null} revoked_at
 * @property {Quotas} quotas
 */
/**
 * @typedef {object} Webhook
 * @property {string} id
 * @property {string} url
 * @property {string[]} events
 * @property {string} description
 * @property {boolean} enabled
 * @property {{at: string, code: string, message: string} | null} disabled
 * @property {number} waiting
 * @property {string | null} failing_since
 * @property {string | null} former_secret_until
 */
/**
 * @typedef {object} Delivery
 * @property {string} id
 * @property {string} type
 * @property {string} state
 * @property {number} attempts
 * @property {string | null} next_at
 * @property {{code: string, message: string} | null} error
 * @property {string} created_at
 */
/** @typedef {{name: string, version: number, title: Record<string, string>, built_in: boolean}} Template */
/** @typedef {Template & {source: string}} TemplateDetail */
/** @typedef {{kind: "email" | "webhook" | "chat" | "push", to?: string[], url?: string, endpoint?: string, secret?: string}} Target
 * keys and tokens are left out of addresses; `secret`: in the answer of the call that sets it */
/** @typedef {{id: string, target: Target}} Told */
/** @typedef {{day: string, key: string | null, seconds: number, sessions: number, requests: number, report_tokens: number}} Use */
/** @typedef {{days: number | null, last_sweep: {at: string, deleted: number} | null}} Retention */
/** @template T @typedef {{data: T[], next_cursor: string | null}} Page */

const PATIENCE = { patience: 30_000 };
const MOST = 200;

export class SettingsCalls {
  /** @param {string} base */
  constructor(base) {
    this.urls = settingsUrls(base);
  }

  /** @returns {Promise<Key[]>} */
  keys() {
    return this.#all(this.urls.keys);
  }

  /** @param {unknown} wish @returns {Promise<Key & {key: string}>} */
  createKey(wish) {
    return this.#send(this.urls.keys, "POST", wish);
  }

  /** @param {string} id @returns {Promise<Key>} */
  revokeKey(id) {
    return this.#send(this.urls.key(id), "DELETE");
  }

  /** @returns {Promise<Webhook[]>} */
  async webhooks() {
    return (await this.#read(this.urls.webhooks)).data;
  }

  /** @param {unknown} wish @returns {Promise<Webhook & {secret: string}>} */
  createWebhook(wish) {
    return this.#send(this.urls.webhooks, "POST", wish);
  }

  /** @param {string} id @param {unknown} changes @returns {Promise<Webhook>} */
  changeWebhook(id, changes) {
    return this.#send(this.urls.webhook(id), "PATCH", changes);
  }

  /** @param {string} id */
  deleteWebhook(id) {
    return this.#send(this.urls.webhook(id), "DELETE");
  }

  /** @param {string} id @returns {Promise<Webhook & {secret: string}>} */
  rotateSecret(id) {
    return this.#send(this.urls.secret(id), "POST", {});
  }

  /** @param {string} id */
  testWebhook(id) {
    return this.#send(this.urls.ping(id), "POST");
  }

  /** @param {string} id @param {string} cursor @returns {Promise<Page<Delivery>>} */
  deliveries(id, cursor) {
    return this.#read(this.urls.deliveries(id, cursor));
  }

  /** @param {string} id @param {string} delivery */
  replay(id, delivery) {
    return this.#send(this.urls.replay(id, delivery), "POST");
  }

  /** @returns {Promise<Template[]>} */
  templates() {
    return this.#all(this.urls.templates);
  }

  /** @param {string} name @returns {Promise<TemplateDetail>} */
  template(name) {
    return this.#read(this.urls.template(name));
  }

  /** @param {string} name @param {string} source @returns {Promise<TemplateDetail>} */
  keepTemplate(name, source) {
    return this.#send(this.urls.template(name), "PUT", { source });
  }

  /** @param {string} name */
  withdrawTemplate(name) {
    return this.#send(this.urls.template(name), "DELETE");
  }

  /** Whether mail is sent at all. @returns {Promise<boolean>} */
  async mails() {
    return (await this.#read(this.urls.notifications)).mail;
  }

  /** @returns {Promise<Told[]>} */
  async targets() {
    return (await this.#read(this.urls.targets)).data;
  }

  /** @param {Target} target @returns {Promise<Told>} */
  addTarget(target) {
    return this.#send(this.urls.targets, "POST", { target });
  }

  /** @param {string} id @param {Target} target in its place @returns {Promise<Told>} */
  exchangeTarget(id, target) {
    return this.#send(this.urls.target(id), "PUT", { target });
  }

  /** @param {string} id */
  removeTarget(id) {
    return this.#send(this.urls.target(id), "DELETE");
  }

  /** @param {string} id @returns {Promise<{sent: boolean, error: {message: string} | null}>} */
  tryTarget(id) {
    return this.#send(this.urls.trial(id), "POST");
  }

  /** @returns {Promise<Retention>} */
  retention() {
    return this.#read(this.urls.retention);
  }

  /** @param {number | null} days @returns {Promise<Retention>} */
  keepFor(days) {
    return this.#send(this.urls.retention, "PATCH", { days });
  }

  /** @returns {Promise<Use[]>} */
  async usage() {
    return (await this.#read(this.urls.usage)).data;
  }

  /** @param {string} url @returns {Promise<any>} */
  async #read(url) {
    return (await granted(url, PATIENCE)).json();
  }

  /** All pages of a list, which the server bounds.
   * @param {string} url @returns {Promise<any[]>} */
  async #all(url) {
    /** @type {unknown[]} */
    const found = [];
    let cursor = "";
    do {
      const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page = await this.#read(`${url}?limit=${MOST}${more}`);
      found.push(...page.data);
      cursor = page.next_cursor ?? "";
    } while (cursor);
    return found;
  }

  /** @param {string} url @param {string} method @param {unknown} [json] @returns {Promise<any>} */
  async #send(url, method, json) {
    const answer = await granted(url, { ...PATIENCE, method, json });
    return answer.status === 204 ? null : answer.json();
  }
}
