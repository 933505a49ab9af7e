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
/** @typedef {"" | "key_wrong" | "key_often" | "key_unsent"} Fault each leaves the form for the key where it is */

/** What is said where a key is asked for.
 * @type {Record<import("./voice.js").Language, Record<string, string>>} */
export const KEY_SENTENCES = {
  en: {
    key_label: "API key",
    key_send: "Continue",
    problem_key: "This server needs an API key. Enter it below.",
    problem_key_wrong: "The server does not know this API key. Check it and enter it again.",
    problem_key_often: "Too many wrong keys came from here. Wait a minute and enter the key again.",
    problem_key_unsent: "The server does not answer. Check the connection and enter the key again.",
  },
  ru: {
    key_label: "Ключ API",
    key_send: "Продолжить",
    problem_key: "Этому серверу нужен ключ API. Введите его ниже.",
    problem_key_wrong: "Сервер не знает этого ключа API. Проверьте его и введите снова.",
    problem_key_often: "Отсюда пришло слишком много неверных ключей. Подождите минуту и введите ключ снова.",
    problem_key_unsent: "Сервер не отвечает. Проверьте связь и введите ключ снова.",
  },
};

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
    return status === 429 ? "key_often" : [401, 422].includes(status) ? "key_wrong" : "key_unsent";
  }
}

/** @param {string} base */
export async function signOut(base) {
  await granted(signInUrl(base), { method: "DELETE" });
}
