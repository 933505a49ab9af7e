/** Typed access to the elements of a page, where a missing one is a fault and throws; and new ones. */

/** Milliseconds in which a browser has taken over a file that a page made. */
const FETCHED_MS = 30_000;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`the page has no such element: ${id}`);
  return /** @type {T} */ (found);
}

/**
 * @template {HTMLElement} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T[]}
 */
export function each(selector, kind) {
  const found = [...document.querySelectorAll(selector)];
  return /** @type {T[]} */ (found.filter((node) => node instanceof kind));
}

/** A new button that sends no form.
 * @param {string} className @param {string} text @param {() => void} press */
export function button(className, text, press) {
  const node = /** @type {HTMLButtonElement} */ (made("button", className, text));
  node.type = "button";
  node.addEventListener("click", press);
  return node;
}

/** Where it is told what went wrong, hidden as long as nothing did: `complain` fills it. */
export function trouble() {
  const node = made("p", "trouble");
  node.role = "alert";
  node.hidden = true;
  return node;
}

/** @param {HTMLElement} node @param {string} text empty: nothing is wrong */
export function complain(node, text) {
  put(node, text);
  node.hidden = !text;
}

/** Write only what changed: a live region speaks at every write.
 * @param {HTMLElement} node @param {string} text */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Have the browser save a file, or show it in a tab of its own where it has no name.
 * @param {Blob} file @param {string} name */
export function saveFile(file, name) {
  const href = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href, ...(name ? { download: name } : { target: "_blank" }) }).click();
  setTimeout(() => URL.revokeObjectURL(href), FETCHED_MS);
}

/** Copy what stands in a place, which is selected for it and stays so. Where a page may not write to the clipboard,
 * as on an address without HTTPS, the browser may still copy what is selected.
 * @param {HTMLElement} place a field, or any other element @returns {Promise<boolean>} whether it was copied */
export async function copied(place) {
  const field = place instanceof HTMLInputElement || place instanceof HTMLTextAreaElement ? place : null;
  if (field) field.select();
  else document.getSelection()?.selectAllChildren(place);
  try {
    await navigator.clipboard.writeText(field ? field.value : (place.textContent ?? ""));
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

/** A new element with text in it, never markup.
 * @param {string} tag @param {string} [className] @param {string} [textContent] @returns {HTMLElement} */
export function made(tag, className = "", textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}
