/** Typed access to the elements of index.html; a missing one is a fault of the page and throws. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`index.html has no such element: ${id}`);
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
