// Makes a token that may only watch one meeting, and prints what to put into a page:
// node token.mjs MEETING ORIGIN [address] [key]      (ORIGIN: where the page is, such as https://example.org)
const [meeting, origin, address = "http://127.0.0.1:8080", key = ""] = process.argv.slice(2);

const answer = await fetch(`${address}/v1/meetings/${meeting}/tokens`, {
  method: "POST",
  headers: { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) },
  body: JSON.stringify({ scope: "view", ttl_seconds: 3600, origins: [origin] }),
});
const given = await answer.json();
if (!answer.ok) {
  console.error(given.error.code, given.error.message);
  process.exit(1);
}
console.log(`<script type="module" src="${address}/static/widget.js"></script>`);
console.log(`<steno-captions meeting="${meeting}" token="${given.token}"></steno-captions>`);
