/** The figures of the operator's page. In: the state of the server; out: names, figures and how they stand. */

/** @typedef {{count: number, median: number | null, p95: number | null}} Spread */
/**
 * @typedef {object} Stream
 * @property {string} meeting
 * @property {string} workspace
 * @property {string | null} key_name
 * @property {number} age seconds
 * @property {number | null} delay seconds
 * @property {number} backlog seconds
 * @property {string} level
 * @property {boolean} detached
 * @property {boolean} background
 */
/**
 * @typedef {object} State
 * @property {string} version
 * @property {string} node
 * @property {string} started_at
 * @property {{name: string, ok: boolean, detail: string}[]} checks
 * @property {{version: string, size: number} | null} database
 * @property {{id: string, this: boolean, alive_for: number}[] | null} nodes
 * @property {{level: string, late: number, busy: number, live: number, most: number, waiting: number,
 *   stuck: number, failed: number, unsaved: number, unsaved_seconds: number}} load
 * @property {{drafts: Spread, finals: Spread}} delays
 * @property {Stream[]} streams
 * @property {{code: string, meaning: string, where: string, count: number, last_at: string}[]} problems
 */
/** @typedef {"" | "doubt" | "bad"} Tone */
/** @typedef {{name: string, figure: string, about: string, tone: Tone}} Tile */

/** @param {State} state @param {import("../voice.js").Voice} voice @returns {Tile[]} */
export function tiles({ checks, database, load, delays }, voice) {
  const ok = (/** @type {string} */ name) => checks.find((check) => check.name === name);
  /** @param {string} check @param {string} name @param {string} about @returns {Tile} */
  const state = (check, name, about) => ({
    name: voice.say(name),
    figure: voice.say(ok(check)?.ok === false ? "not_ready" : "ready"),
    about: ok(check)?.ok === false ? (ok(check)?.detail ?? "") : about,
    tone: ok(check)?.ok === false ? "bad" : "",
  });
  const size = database ? megabytes(database.size, voice.language) : "";
  const stored = database ? voice.say("database_about", { version: database.version, size }) : "";
  return [
    state("model", "model", ok("model")?.detail ?? ""),
    state("database", "database", stored),
    {
      name: voice.say("load"),
      figure: voice.say(`level_${load.level}`),
      about: voice.say("load_about", { late: voice.seconds(load.late), busy: voice.seconds(load.busy) }),
      tone: load.level === "finals_only" || load.late > load.busy ? "bad" : load.level === "normal" ? "" : "doubt",
    },
    {
      name: voice.say("live"),
      figure: voice.say("live_figure", { live: load.live }),
      about: voice.say("live_about", { most: load.most }),
      tone: load.live >= load.most ? "bad" : "",
    },
    delay("drafts", delays.drafts, voice),
    delay("finals", delays.finals, voice),
    {
      name: voice.say("queue"),
      figure: String(load.waiting),
      about: load.stuck ? voice.say("queue_stuck", { stuck: load.stuck }) : voice.say("queue_about", { failed: load.failed }),
      tone: load.stuck ? "bad" : load.failed ? "doubt" : "",
    },
    {
      name: voice.say("unsaved"),
      figure: String(load.unsaved),
      about: voice.say("unsaved_about", { seconds: voice.seconds(load.unsaved_seconds) }),
      tone: load.unsaved_seconds > 30 ? "bad" : "",
    },
  ];
}

/** @param {string} name @param {Spread} spread @param {import("../voice.js").Voice} voice @returns {Tile} */
function delay(name, { count, median, p95 }, voice) {
  const none = median === null || p95 === null;
  return {
    name: voice.say(name),
    figure: none ? voice.say("delay_none") : voice.say("delay_figure", { median: voice.seconds(median) }),
    about: none ? voice.say("delay_none_about") : voice.say("delay_about", { p95: voice.seconds(p95), count }),
    tone: "",
  };
}

/** @param {number} bytes @param {string} language */
function megabytes(bytes, language) {
  const unit = { style: "unit", unit: "megabyte", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(language, /** @type {Intl.NumberFormatOptions} */ (unit)).format(bytes / 1e6);
}
