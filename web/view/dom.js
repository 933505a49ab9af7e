/** Typed access to the elements of a page, where a missing one is a fault and throws; and new ones. */

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
