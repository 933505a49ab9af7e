/**
 * The elements of the widget, empty and without behaviour: what stands in what, what a page around may style
 * by which name, and what assistive technology takes each for.
 */

import { made } from "../view/dom.js";
import { icon } from "./icons.js";

/** @param {ShadowRoot} root */
export function frame(root) {
  const whole = part("section", "widget");
  const title = part("span", "title");
  const demo = part("span", "demo");
  const status = part("span", "status");
  status.role = "status";
  const delay = part("span", "delay");
  const problem = part("p", "problem");
  problem.role = "alert";
  const { tools, buttons } = toolbar();
  const words = log();
  whole.append(
    within(part("div", "head"), slot("title", title), within(made("span", "facts"), demo, status, delay)),
    problem,
    within(made("div", "middle"), words.place, words.newest),
    tools,
    slot("footer"),
  );
  root.append(whole);
  return { frame: whole, title, demo, status, delay, problem, tools, buttons, ...words };
}

function log() {
  const place = part("div", "log");
  place.tabIndex = 0;
  place.role = "group";
  const left = part("p", "left");
  const settled = part("div", "lines");
  settled.role = "log";
  const growing = part("div", "growing");
  growing.role = "group";
  const empty = part("p", "empty");
  const newest = part("button", "newest");
  const newestText = made("span");
  newest.append(icon("down"), newestText);
  const none = slot("empty", empty);
  none.className = "when-empty";
  place.append(within(made("div", "page"), left, settled, growing, none));
  return { place, left, settled, growing, empty, newest, newestText };
}

function toolbar() {
  const tools = part("div", "tools");
  tools.role = "group";
  const buttons = {
    pause: button("pause"),
    history: button("history"),
    smaller: button("smaller"),
    larger: button("larger"),
    contrast: button("contrast"),
  };
  tools.append(...Object.values(buttons));
  return { tools, buttons };
}

/** @param {string} kind */
function button(kind) {
  const node = /** @type {HTMLButtonElement} */ (part("button", kind));
  node.part.add("button");
  node.type = "button";
  node.append(icon(kind));
  return node;
}

/** An element whose class is also the name under which the page around may style it.
 * @param {string} tag @param {string} kind */
function part(tag, kind) {
  const node = made(tag, kind);
  node.part.add(kind);
  return node;
}

/** @param {string} name @param {...Node} instead shown when the page gives nothing */
function slot(name, ...instead) {
  const node = document.createElement("slot");
  node.name = name;
  node.append(...instead);
  return node;
}

/** @param {HTMLElement} parent @param {...Node} children */
function within(parent, ...children) {
  parent.append(...children);
  return parent;
}
