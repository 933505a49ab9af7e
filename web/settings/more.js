/** The smaller sections of the settings: use by day, and how long meetings are kept. */

import { made } from "../view/dom.js";
import { actions, button, confirmed, field, form, input } from "./parts.js";

/** @typedef {import("./parts.js").Desk} Desk */
/** @typedef {import("./parts.js").Section} Section */

/** @implements {Section} */
export class Usage {
  name = "usage";
  /** @type {{day: string, seconds: number, sessions: number, requests: number, tokens: number}[]} */
  #days = [];

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    /** @type {Map<string, {day: string, seconds: number, sessions: number, requests: number, tokens: number}>} */
    const days = new Map();
    for (const { day, seconds, sessions, requests, report_tokens: tokens } of await this.desk.calls.usage()) {
      const sum = days.get(day) ?? { day, seconds: 0, sessions: 0, requests: 0, tokens: 0 };
      days.set(day, {
        day,
        seconds: sum.seconds + seconds,
        sessions: sum.sessions + sessions,
        requests: sum.requests + requests,
        tokens: sum.tokens + tokens,
      });
    }
    this.#days = [...days.values()].sort((a, b) => b.day.localeCompare(a.day));
  }

  draw() {
    const voice = this.desk.voice();
    if (!this.#days.length) return [made("p", "hint", voice.say("usage_none"))];
    const most = Math.max(...this.#days.map(({ seconds }) => seconds), 1);
    const columns = ["day", "audio", "sessions", "requests", "tokens"];
    const table = made("table", "rows");
    table.setAttribute("aria-labelledby", "usage-title");
    const head = made("tr");
    for (const name of columns) {
      const cell = made("th", "", voice.say(`usage_${name}`));
      cell.setAttribute("scope", "col");
      head.append(cell, ...(name === "audio" ? [unseenHead()] : []));
    }
    const [top, body] = [made("thead"), made("tbody")];
    top.append(head);
    const number = new Intl.NumberFormat(voice.language);
    const date = new Intl.DateTimeFormat(voice.language, { dateStyle: "medium", timeZone: "UTC" });
    for (const { day, seconds, sessions, requests, tokens } of this.#days) {
      const line = made("tr");
      const audio = seconds ? voice.length(seconds) : "0";
      const texts = [date.format(new Date(day)), audio, ...[sessions, requests, tokens].map((one) => number.format(one))];
      texts.forEach((text, at) => {
        const cell = made("td", "", text);
        cell.dataset.name = voice.say(`usage_${columns[at]}`);
        line.append(cell, ...(at === 1 ? [bar(seconds / most)] : []));
      });
      body.append(line);
    }
    table.append(top, body);
    return [made("p", "hint", voice.say("usage_hint")), table];
  }
}

/** What the figures beside it say, for the eye. @param {number} share of the longest day */
function bar(share) {
  const cell = made("td", "bar-cell");
  cell.ariaHidden = "true";
  const meter = document.createElement("progress");
  meter.max = 1;
  meter.value = share;
  meter.ariaHidden = "true";
  cell.append(meter);
  return cell;
}

function unseenHead() {
  const cell = made("td", "bar-cell");
  cell.ariaHidden = "true";
  return cell;
}

/** @implements {Section} */
export class Retention {
  name = "retention";
  /** @type {import("./calls.js").Retention | null} */
  #kept = null;
  #changing = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.#kept = await this.desk.calls.retention();
  }

  draw() {
    const voice = this.desk.voice();
    const days = this.#kept?.days ?? null;
    const sweep = this.#kept?.last_sweep;
    const said = days === null ? voice.say("kept_always") : voice.say("kept_days", { days });
    const swept = sweep ? voice.say("swept", { at: voice.moment(sweep.at), count: sweep.deleted }) : "";
    const nodes = [made("p", "", said), ...(swept ? [made("p", "hint", swept)] : [])];
    if (!this.#changing) return [...nodes, actions(button(voice.say("retention_change"), () => this.#open(true)))];
    const wish = input("days", { type: "number", min: 1, max: 36_500, step: 1, value: days === null ? "" : String(days) });
    const close = () => this.#open(false);
    return [
      ...nodes,
      form(
        voice,
        [field(voice.say("retention_days"), wish, "wide")],
        voice.say("save"),
        (given) => this.#keep(Number(given.get("days")) || null),
        close,
      ),
    ];
  }

  /** @param {boolean} changing */
  #open(changing) {
    this.#changing = changing;
    this.desk.redraw();
  }

  /** Fewer days delete what is there, so that is asked first.
   * @param {number | null} days */
  async #keep(days) {
    const voice = this.desk.voice();
    const before = this.#kept?.days ?? Infinity;
    if (days !== null && days < before) {
      const words = { title: voice.say("retention_ask", { days }), text: voice.say("retention_text") };
      if (!(await confirmed(voice, { ...words, yes: voice.say("retention_yes") }))) return;
    }
    this.#kept = await this.desk.calls.keepFor(days);
    this.#open(false);
  }
}
