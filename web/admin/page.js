/**
 * The operator's page: what the server does at the moment. In: one call, every two seconds while somebody
 * looks; out: figures, streams, errors and nodes. Elements that stay are changed in place, so that neither eyes
 * nor focus lose theirs.
 */

import { Refused, granted } from "../api.js";
import { serverStateUrl } from "../protocol.js";
import { row } from "../settings/parts.js";
import { Shell } from "../shell.js";
import { element, made } from "../view/dom.js";
import { SENTENCES } from "./sentences.js";
import { tiles } from "./tiles.js";

/** @typedef {import("./tiles.js").State} State */
/** @typedef {import("./tiles.js").Stream} Stream */

const AGAIN_MS = 2_000;
const COLUMNS = /** @type {const} */ (["meeting", "key", "age", "delay", "backlog", "state"]);

const base = new URL("./", document.baseURI).href;
/** @type {State | null} */
let seen = null;
let asking = false;
const shell = new Shell(base, SENTENCES, { enter: () => void look(), show });

shell.begin();
setInterval(() => void look(), AGAIN_MS);
document.addEventListener("visibilitychange", () => void look());

/** Ask, unless nobody looks, nobody is signed in, or the last answer is still to come. */
async function look() {
  if (asking || document.hidden || !shell.who?.signed_in) return;
  asking = true;
  try {
    if (!shell.who.scopes.includes("operate")) throw new Refused(403, "", "");
    seen = await (await granted(serverStateUrl(base))).json();
    shell.clear();
  } catch (fault) {
    shell.fail(fault);
  } finally {
    asking = false;
  }
}

function show() {
  element("content").hidden = !seen || shell.outside;
  if (!seen) return;
  const { voice } = shell;
  fillFacts(seen);
  keep(element("tiles"), tiles(seen, voice).map(tile));
  fillStreams(seen.streams);
  fillList("problem-list", "problems-none", "problems_none", seen.problems.map((problem) => {
    const times = problem.count > 1 ? voice.say("times", { count: problem.count }) : voice.say("once");
    const where = [voice.moment(problem.last_at, "short", "medium"), voice.say(`where_${problem.where}`), times];
    return row({ name: problem.code, code: true, text: problem.meaning, facts: where }, []);
  }));
  fillList("node-list", "nodes-none", "nodes_none", (seen.nodes ?? []).map((node) => {
    const alive = voice.say("alive_for", { seconds: Math.round(node.alive_for) });
    return row({ name: node.id, code: true, text: node.this ? voice.say("this_node") : "", facts: [alive] }, []);
  }));
}

/** @param {State} state */
function fillFacts({ version, node, started_at, load, checks }) {
  const { voice } = shell;
  const length = voice.length((Date.now() - new Date(started_at).getTime()) / 1000);
  const facts = [
    voice.say("facts_version", { version }),
    voice.say("facts_node", { node }),
    voice.say("facts_since", { length }),
  ];
  if (load && checks.some(({ name, ok }) => name === "streams" && !ok)) facts.push(voice.say("facts_draining"));
  keep(element("facts"), facts.map((fact) => made("span", "", fact)));
}

/** @param {import("./tiles.js").Tile} one */
function tile({ name, figure, about, tone }) {
  const node = made("li");
  node.dataset.tone = tone;
  node.append(made("span", "name", name), made("span", "figure", figure), made("span", "about", about));
  return node;
}

/** @param {Stream[]} streams */
function fillStreams(streams) {
  const { voice } = shell;
  element("streams").hidden = !streams.length;
  element("streams-none").hidden = streams.length > 0;
  element("streams-none").textContent = voice.say("streams_none");
  keep(element("streams-head"), COLUMNS.map((name) => {
    const head = made("th", "", voice.say(name));
    head.setAttribute("scope", "col");
    return head;
  }));
  keep(element("streams-body"), streams.map((stream) => {
    const node = made("tr");
    const cells = cellsOf(stream);
    node.append(...COLUMNS.map((name) => {
      const cell = made("td", name === "meeting" ? "code" : "", cells[name]);
      cell.dataset.name = voice.say(name);
      return cell;
    }));
    return node;
  }));
}

/** @param {Stream} stream @returns {Record<typeof COLUMNS[number], string>} */
function cellsOf({ meeting, workspace, key_name, age, delay, backlog, level, detached, background }) {
  const { voice } = shell;
  const seconds = (/** @type {number} */ value) => voice.say("seconds", { rest: voice.seconds(value) });
  const named = key_name === null ? voice.say("own_key") : key_name || voice.say("unnamed");
  const state = background ? "background" : detached ? "detached" : "live";
  const thin = level === "normal" ? "" : ` · ${voice.say(`level_${level}`)}`;
  return {
    meeting,
    key: workspace === "default" ? named : `${named} · ${workspace}`,
    age: voice.length(age),
    delay: delay === null ? "—" : seconds(delay),
    backlog: seconds(backlog),
    state: voice.say(`state_${state}`) + thin,
  };
}

/** @param {string} list @param {string} none @param {string} sentence @param {HTMLElement[]} rows */
function fillList(list, none, sentence, rows) {
  element(none).hidden = rows.length > 0;
  element(none).textContent = shell.voice.say(sentence);
  keep(element(list), rows);
}

/** Put children in place, leaving those alone that look the same already.
 * @param {HTMLElement} parent @param {HTMLElement[]} wanted */
function keep(parent, wanted) {
  wanted.forEach((node, at) => {
    const there = parent.children[at];
    if (!there) parent.append(node);
    else if (!there.isEqualNode(node)) there.replaceWith(node);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild?.remove();
}
