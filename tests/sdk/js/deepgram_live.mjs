// Streams a file of audio through the SDK, as fast as the server takes it, and prints what the SDK says.
// Arguments: address, key, query as JSON, file ("" sends nothing), and "browser" to show the key as pages do.
import { readFileSync } from "node:fs";
import { DeepgramClient } from "@deepgram/sdk";

const [url, key, query, file] = process.argv.slice(2);
const client = new DeepgramClient({ apiKey: key, baseUrl: url });
const say = (event, data) => process.stdout.write(JSON.stringify({ event, data }) + "\n");

const socket = await client.listen.v1.connect({ ...JSON.parse(query), Authorization: `Token ${key}` });
const over = new Promise((resolve) => {
  socket.on("open", () => say("open"));
  socket.on("message", (message) => say("message", message));
  socket.on("error", (error) => {
    say("error", error.message);
    resolve();
  });
  socket.on("close", (event) => {
    say("close", { code: event.code, reason: event.reason });
    resolve();
  });
});
socket.connect();
await Promise.race([over, socket.waitForOpen().catch(() => undefined)]);
if (socket.readyState === 1) {
  const audio = readFileSync(file);
  socket.sendKeepAlive({ type: "KeepAlive" });
  for (let at = 0; at < audio.length; at += 6401) socket.sendMedia(audio.subarray(at, at + 6401));
  socket.sendCloseStream({ type: "CloseStream" });
}
await over;
process.exit(0);
