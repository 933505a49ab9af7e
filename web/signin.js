/**
 * Signing in and out. In: a key that was typed; out: a cookie that this browser keeps and no script can read,
 * or why not, as a key of the pages' sentences. Nothing is kept here.
 */

import { Refused, granted } from "./api.js";
import { signInUrl } from "./protocol.js";

/**
 * @typedef {object} Who
 * @property {boolean} asks_for_key
 * @property {boolean} signed_in whether calls are answered
 * @property {string | null} workspace
 * @property {string[]} scopes
 * @property {string | null} key_name
 * @property {string | null} expires_at
 */
/** @typedef {"" | "key_wrong" | "key_often" | "unreachable"} Fault */

/** Who this browser is to the server; a sign-in is renewed by it.
 * @param {string} base @returns {Promise<Who>} */
export async function whoIs(base) {
  return (await granted(signInUrl(base))).json();
}

/** @param {string} base @param {string} key @returns {Promise<Fault>} empty when it is done */
export async function signIn(base, key) {
  try {
    await granted(signInUrl(base), { method: "POST", json: { key } });
    return "";
  } catch (fault) {
    const status = fault instanceof Refused ? fault.status : 0;
    return status === 429 ? "key_often" : [401, 422].includes(status) ? "key_wrong" : "unreachable";
  }
}

/** @param {string} base */
export async function signOut(base) {
  await granted(signInUrl(base), { method: "DELETE" });
}
