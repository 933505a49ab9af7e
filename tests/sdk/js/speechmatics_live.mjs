// Streams raw audio through the unmodified client of Speechmatics; prints what it was told, a message a line.
import { readFileSync } from "node:fs";
import { RealtimeClient } from "@speechmatics/real-time-client";

const [url, jwt, file] = process.argv.slice(2);
const client = new RealtimeClient({ url });
client.addEventListener("receiveMessage", ({ data }) => console.log(JSON.stringify(data)));
try {
  await client.start(jwt, {
    audio_format: { type: "raw", encoding: "pcm_s16le", sample_rate: 16000 },
    transcription_config: { language: "en", enable_partials: true },
  });
} catch (error) {
  console.log(JSON.stringify({ rejected: error.message ?? String(error) }));
  process.exit(0);
}
const audio = readFileSync(file);
for (let at = 0; at < audio.length; at += 3200) {
  client.sendAudio(audio.subarray(at, at + 3200));
}
await client.stopRecognition({ noTimeout: true });
await new Promise((resolve) => {
  client.addEventListener("receiveMessage", ({ data }) => data.message === "EndOfTranscript" && resolve());
});
process.exit(0);
