/**
 * How sentences, numbers and times are said in English and Russian. In: the sentences of a page or a part of
 * it, a key and its values; out: text. A problem without a sentence is told in the server's own words.
 */

/** @typedef {"en" | "ru"} Language */

/** @type {readonly string[]} */
const LANGUAGES = ["en", "ru"];

/** @param {readonly string[]} wanted languages in order of liking @returns {Language} */
export function firstKnown(wanted) {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => LANGUAGES.includes(tag));
  return /** @type {Language} */ (known ?? "en");
}

/** What a page or a part of it says, in one language. */
export class Voice {
  /** @param {Language} language @param {Record<Language, Record<string, string>>} sentences */
  constructor(language, sentences) {
    this.language = language;
    this.sentences = sentences;
    this.tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  say(key, values = {}) {
    const sentence = this.sentences[this.language][key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /** @param {number} seconds */
  seconds(seconds) {
    return this.tenths.format(seconds);
  }

  /** A place in time or a length, as 1:05 or 1:01:05.
   * @param {number} seconds */
  clock(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    const shown = parts[0] ? parts : parts.slice(1);
    return shown.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
  }

  /** A day and a time of day.
   * @param {string | Date} at @param {"long" | "medium" | "short"} [date] @param {"medium" | "short"} [time] */
  moment(at, date = "medium", time = "short") {
    return new Intl.DateTimeFormat(this.language, { dateStyle: date, timeStyle: time }).format(new Date(at));
  }

  /** A length as people say it: 3 min 20 s.
   * @param {number} seconds */
  length(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const [hours, value, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    return this.say(hours ? "hours" : value ? "and" : "seconds", { hours, value, rest });
  }

  /** @param {import("./store.js").Problem} problem */
  problem({ who, ...problem }) {
    const sentence = this.#problem(problem);
    return who ? `${who}: ${sentence}` : sentence;
  }

  /** @param {import("./store.js").Problem} problem */
  #problem({ code, message, seconds }) {
    const sentences = this.sentences[this.language];
    if (code === "overloaded" && !seconds) return this.say("problem_overloaded_soon");
    const known = `problem_${code}` in sentences;
    if (known) return this.say(`problem_${code}`, { seconds: Math.ceil(seconds ?? 0) });
    return message || this.say("problem_unknown");
  }

  /** Where the sound went, as one line.
   * @param {import("./protocol.js").Coverage} coverage */
  coverage({ received, transcribed, silence, quarantined, lost }) {
    const short = (/** @type {number} */ seconds) => (Math.round(seconds) ? this.clock(seconds) : "0");
    const doubtful =
      quarantined >= 0.5 ? this.say("coverage_doubtful", { quarantined: short(quarantined) }) : "";
    const values = { transcribed: short(transcribed), silence: short(silence), lost: short(lost), doubtful };
    return this.say("coverage", { received: this.length(received), ...values });
  }
}
