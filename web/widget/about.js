/** Writes the address of this server into the lines that people copy from the page about the widget. */

const home = new URL("./", document.baseURI);
const socket = new URL(home);
socket.protocol = home.protocol === "https:" ? "wss:" : "ws:";

replace("snippet", "/static/widget.js", new URL("static/widget.js", home).href);
replace("policy", "wss://steno.example", socket.origin);
replace("policy", "https://steno.example", home.origin);

/** @param {string} id @param {string} placeholder @param {string} address */
function replace(id, placeholder, address) {
  const node = document.getElementById(id);
  if (node) node.textContent = (node.textContent ?? "").replaceAll(placeholder, address);
}
