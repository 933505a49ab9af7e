/**
 * The report of a meeting on a page. In: the calls of a meeting, and where on the page the quoted words are;
 * out: the report in its section, what it says of itself, and its reader's changes. It stays hidden while
 * there is nothing to show. What the server does and when it is asked is the session's.
 */

import { Voice } from "../voice.js";
import { button, complain, made, put, saveFile, trouble } from "../view/dom.js";
import { editor } from "./editing.js";
import { Return } from "./return.js";
import { leftOut, sections, talk } from "./sections.js";
import { SENTENCES } from "./sentences.js";
import { ReportSession } from "./session.js";
import { standing } from "./standing.js";
import { reading, steadily } from "./steady.js";
import { Tools } from "./tools.js";

/** @typedef {import("./calls.js").Item} Item */
/** @typedef {import("./calls.js").Quote} Quote */
/** @typedef {import("./calls.js").ReportCalls} ReportCalls */
/**
 * @typedef {object} Place where the report stands
 * @property {HTMLElement} root its section, empty
 * @property {() => HTMLElement} scroller what scrolls it now
 * @property {HTMLElement} end what ends where the words and the report end
 * @property {(quote: Quote) => HTMLElement | undefined} show bring the quoted words into sight and mark them
 * @property {() => void} [appear] it is shown now, and was not before
 * @property {(title: string) => void} [name] what the report calls the meeting
 */

export class ReportCard {
  #voice = new Voice("en", SENTENCES);
  #session = /** @type {ReportSession | null} */ (null);
  #title = made("h2");
  #state = made("p", "standing");
  #text = made("span");
  #reason = made("span", "reason");
  #act = button("", "", () => this.#acted());
  #trouble = trouble();
  #offer = made("p", "offer");
  #offerText = made("span");
  #take = button("", "", () => this.#lead(this.#session?.takeFresh()));
  #gist = made("p", "gist");
  #parts = made("div", "parts");
  #below = made("div");
  #tools = new Tools({
    write: (wish) => this.#lead(this.#session?.write(wish)),
    version: (version) => void this.#session?.pin(version),
    file: (format) => void this.#save(format),
  });

  /** @param {Place} place */
  constructor(place) {
    this.place = place;
    this.back = new Return(place.end);
    place.root.classList.add("report");
    place.root.setAttribute("aria-labelledby", "report-title");
    this.#title.id = "report-title";
    this.#title.tabIndex = -1;
    const told = made("span", "told");
    told.role = this.#offer.role = "status";
    told.append(this.#text, " ", this.#reason);
    this.#state.append(made("i", "tone"), told, this.#act);
    this.#offer.append(this.#offerText, this.#take);
    this.#offer.hidden = true;
    const above = [this.#title, this.#state, this.#trouble, this.#gist];
    place.root.append(...above, this.#offer, this.#parts, this.#below, this.#tools.node);
  }

  /** Show the report of a meeting; the same meeting again changes nothing.
   * @param {ReportCalls} calls */
  open(calls) {
    if (this.#session?.calls.urls.report === calls.urls.report) return;
    this.close();
    const session = new ReportSession(
      calls,
      (change) => (change === "report" ? this.#draw() : this.#say()),
      () => reading(this.place.scroller(), this.#parts),
    );
    this.#session = session;
    void session.ask();
  }

  /** Show nothing. */
  close() {
    this.#session?.close();
    this.#session = null;
    this.back.hide();
    this.place.root.hidden = true;
  }

  /** Lead the reader to it. */
  focus() {
    this.#title.scrollIntoView({ block: "start" });
    this.#title.focus({ preventScroll: true });
  }

  /** @param {import("../voice.js").Language} language */
  speak(language) {
    if (language === this.#voice.language && this.#title.textContent) return;
    this.#voice = new Voice(language, SENTENCES);
    this.#title.textContent = this.#voice.say("title");
    this.#take.textContent = this.#voice.say("show_fresh");
    this.#offerText.textContent = this.#voice.say("fresh");
    this.back.speak(this.#voice.say("back"));
    this.#draw();
  }

  /** The report anew, around the reader. */
  #draw() {
    const { root, scroller, appear, name } = this.place;
    const answer = this.#session?.state.answer;
    if (!this.#session || !answer) return;
    const { removed } = this.#session.state;
    const [voice, { report }, first] = [this.#voice, answer, root.hidden];
    const acts = this.#acts();
    steadily(scroller(), root, this.#parts, () => {
      const parts = sections(report, voice, acts, removed);
      const times = talk(report.stats.talk_time, voice);
      const open = this.#below.querySelector("details")?.open ?? false;
      this.#parts.replaceChildren(...parts, ...times);
      this.#below.replaceChildren(...leftOut(report, voice, acts, open));
      this.#gist.textContent = report.gist;
      this.#gist.lang = report.language;
      root.hidden = !parts.length && !times.length && !answer.writing && !answer.reason;
      this.#write();
    });
    name?.(report.title);
    if (first && !root.hidden) appear?.();
  }

  /** What is said about the report, around the reader. */
  #say() {
    steadily(this.place.scroller(), this.place.root, this.#parts, () => this.#write());
  }

  #write() {
    const [voice, state] = [this.#voice, this.#session?.state];
    if (!state?.answer) return;
    const { root } = this.place;
    const editable = this.#session?.calls.editable ?? false;
    const { answer, pinned, late, problem, fresh, templates, versions } = state;
    const older = pinned !== null;
    const writing = older ? false : (fresh ?? answer).writing;
    const { tone, text, reason, retry } = standing({ ...answer, writing }, voice);
    this.#state.dataset.tone = late ? "wrong" : tone;
    const told = [older ? voice.say("older", { version: pinned }) : "", late ? voice.say("late") : text];
    put(this.#text, told.filter(Boolean).join(" "));
    put(this.#reason, reason);
    this.#reason.lang = answer.report.language;
    put(this.#act, voice.say(older ? "newest" : late ? "ask_again" : "retry"));
    this.#act.hidden = !older && !late && !(retry && editable);
    this.#complain(problem ? voice.problem(problem) : "");
    root.dataset.editable = String(editable && answer.version > 0 && !older);
    this.#offer.hidden = !fresh;
    this.#tools.show({ templates, versions, shown: answer.version, answer }, voice);
  }

  /** What went wrong is said in the form that it went wrong in, or above.
   * @param {string} problem */
  #complain(problem) {
    const form = this.#parts.querySelector("form .trouble");
    const place = form instanceof HTMLElement ? form : this.#trouble;
    if (place !== this.#trouble) complain(this.#trouble, "");
    complain(place, problem);
  }

  #acted() {
    const session = this.#session;
    if (!session) return;
    if (session.state.pinned !== null) this.#lead(session.pin(null));
    else if (session.state.late) this.#lead(session.askAgain());
    else this.#lead(session.retry());
  }

  /** What was pressed goes away with what it did, so the reader is led to where that is told.
   * @param {Promise<void> | undefined} done */
  #lead(done) {
    void done?.then(() => this.focus());
  }

  /** @returns {import("./item.js").Acts} */
  #acts() {
    return {
      jump: (quote, from) => this.#jump(quote, from),
      edit: (item, kind, row) => this.#edit(item, kind, row),
      bringBack: (item) => void this.#change(item, { removed: false }),
    };
  }

  /** @param {Quote} quote @param {HTMLElement} from */
  #jump(quote, from) {
    const line = this.place.show(quote);
    if (!line) return;
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
    this.back.offer(from);
  }

  /** The form takes the place of the statement; the words that it rests on stay.
   * @param {Item} item @param {string} kind @param {HTMLElement} row */
  #edit(item, kind, row) {
    const { form, focus } = editor(
      item,
      kind,
      this.#voice,
      (changes) => {
        if (Object.keys(changes).length) void this.#change(item, changes);
        else leave();
      },
      () => leave(),
    );
    const leave = () => {
      form.remove();
      row.classList.remove("open");
      buttonOf(row)?.focus();
    };
    row.classList.add("open");
    row.prepend(form);
    focus();
  }

  /** @param {Item} item @param {import("./calls.js").Changes} changes */
  async #change(item, changes) {
    const done = await this.#session?.edit(item, changes);
    const rows = [...this.#parts.querySelectorAll("[data-item]")];
    const row = rows.find((node) => node instanceof HTMLElement && node.dataset.item === item.id);
    if (done && row) buttonOf(row)?.focus({ preventScroll: true });
  }

  /** @param {"html" | "md"} format */
  async #save(format) {
    const session = this.#session;
    const file = await session?.file(format);
    if (!file) return;
    saveFile(file, format === "html" ? "" : `${session?.state.answer?.report.title || "report"}.${format}`);
  }
}

/** The button of an item's row, to be focused when the row changed.
 * @param {Element} row */
function buttonOf(row) {
  const found = row.querySelector(".edit, .bring-back");
  return found instanceof HTMLElement ? found : null;
}
