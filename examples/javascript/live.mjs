// Live captions from a WAV file of 16-bit mono, in Node: node live.mjs talk.wav [address] [key]
// Needs `npm install ws`. `text` is settled and only grows; `pending` may still change.
import { readFileSync } from "node:fs";
import WebSocket from "ws";

const [path, address = "ws://127.0.0.1:8080", key = ""] = process.argv.slice(2);
const file = readFileSync(path);
const rate = file.readUInt32LE(24);
const audio = file.subarray(file.indexOf("data") + 8);

const headers = key ? { Authorization: `Bearer ${key}` } : {};
const socket = new WebSocket(`${address}/v1/stream`, { headers });

socket.on("open", () => {
  socket.send(JSON.stringify({ type: "start", audio: { encoding: "pcm_s16le", sample_rate: rate } }));
  for (let at = 0; at < audio.length; at += 6400) socket.send(audio.subarray(at, at + 6400));
  socket.send(JSON.stringify({ type: "stop" }));
});
socket.on("message", (message) => {
  const event = JSON.parse(message.toString());
  if (event.type === "caption" && event.final) console.log(event.start.toFixed(2).padStart(7), event.text);
  if (event.type !== "error") return;
  console.error(event.code, event.message);
  if (event.fatal) process.exitCode = 1; // Any other is told, and the stream goes on.
});
socket.on("unexpected-response", (_, response) => {
  console.error("refused with", response.statusCode);
  process.exitCode = 1;
});
