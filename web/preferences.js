/**
 * What this browser remembers: text size, languages and the speaker's name.
 * Storage that is forbidden (private windows, policies) is the same as storage that is empty.
 */

const PREFIX = "steno.";

/** @param {() => Storage} area @param {string} name @returns {string} */
function read(area, name) {
  try {
    return area().getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

/** @param {() => Storage} area @param {string} name @param {string} value */
function write(area, name, value) {
  try {
    if (value) area().setItem(PREFIX + name, value);
    else area().removeItem(PREFIX + name);
  } catch {
    // The choice then lasts as long as the page.
  }
}

const lasting = () => window.localStorage;

export const preferences = {
  /** @param {"interface" | "spoken" | "size" | "speaker"} name */
  get: (name) => read(lasting, name),
  /** @param {"interface" | "spoken" | "size" | "speaker"} name @param {string} value */
  set: (name, value) => write(lasting, name, value),
};
