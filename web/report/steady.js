/**
 * What the reader looks at stays where it is while the report changes. In: the place that scrolls and the
 * report in it; out: whether the reader is within it, and changes made around the reader.
 */

/** Whether a change of this element would take words from under the reader's eyes, keys or selection.
 * @param {HTMLElement} scroller @param {HTMLElement} node */
export function reading(scroller, node) {
  if (node.contains(document.activeElement)) return true;
  const selection = document.getSelection();
  if (selection && !selection.isCollapsed && node.contains(selection.anchorNode)) return true;
  const top = topOf(scroller);
  const box = node.getBoundingClientRect();
  return box.height > 0 && box.top < top && box.bottom > top;
}

/** Change the report; what stands below it, or in its parts when they are being read, does not move.
 * @param {HTMLElement} scroller @param {HTMLElement} report @param {HTMLElement} parts
 * @param {() => void} change */
export function steadily(scroller, report, parts, change) {
  const top = topOf(scroller);
  const above = report.getBoundingClientRect();
  const edge = () =>
    above.bottom <= top ? report.getBoundingClientRect().bottom : parts.getBoundingClientRect().top;
  const before = edge();
  change();
  if (above.height && above.top < top) scroller.scrollTop += edge() - before;
}

/** Where what is seen of its content begins.
 * @param {HTMLElement} scroller */
export function topOf(scroller) {
  return scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top;
}
