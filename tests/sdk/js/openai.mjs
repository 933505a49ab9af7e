// Hears a recording, a stream of its events, and raw audio over the Realtime wire, through the SDK; prints what
// the SDK says. Arguments: address up to /v1 (https, since the SDK makes it wss), key, recording, raw audio.
import { createReadStream, readFileSync } from "node:fs";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";

const [baseURL, apiKey, recording, raw] = process.argv.slice(2);
const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
const say = (event, data) => process.stdout.write(JSON.stringify({ event, data }) + "\n");
const transcribe = (options) =>
  client.audio.transcriptions.create({ file: createReadStream(recording), model: "whisper-1", ...options });

async function whole() {
  const found = await transcribe({
    response_format: "verbose_json",
    timestamp_granularities: ["word", "segment"],
  });
  say("whole", { text: found.text, words: found.words });
}

async function streamed() {
  for await (const event of await transcribe({ stream: true })) say("streamed", event);
}

function realtime() {
  return new Promise((resolve, reject) => {
    const connection = new OpenAIRealtimeWS({ model: "whisper-1" }, client);
    const input = { turn_detection: null, transcription: { model: "whisper-1", language: "en" } };
    connection.on("error", reject);
    connection.on("session.created", () =>
      connection.send({ type: "session.update", session: { type: "transcription", audio: { input } } }),
    );
    connection.on("session.updated", () => {
      const audio = readFileSync(raw);
      for (let at = 0; at < audio.length; at += 9601) {
        const piece = audio.subarray(at, at + 9601).toString("base64");
        connection.send({ type: "input_audio_buffer.append", audio: piece });
      }
      connection.send({ type: "input_audio_buffer.commit" });
    });
    connection.on("event", (event) => {
      say("realtime", event);
      if (!event.type.endsWith("input_audio_transcription.completed")) return;
      connection.socket.on("close", resolve);
      connection.close();
    });
  });
}

try {
  await whole();
  await streamed();
  await realtime();
} catch (error) {
  say("error", { authentication: error instanceof OpenAI.AuthenticationError, code: error.code ?? error.message });
}
process.exit(0);
