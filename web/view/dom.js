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

/** A new element with text in it, never markup.
 * @param {string} tag @param {string} [className] @param {string} [textContent] @returns {HTMLElement} */
export function made(tag, className = "", textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}
