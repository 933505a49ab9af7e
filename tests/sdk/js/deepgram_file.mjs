// Has a file transcribed through the SDK and prints what the SDK gives.
// Arguments: address, key, file.
import { createReadStream } from "node:fs";
import { DeepgramClient } from "@deepgram/sdk";

const [url, key, file] = process.argv.slice(2);
const client = new DeepgramClient({ apiKey: key, baseUrl: url });
const told = await client.listen.v1.media.transcribeFile(createReadStream(file), {
  model: "nova-3",
  smart_format: true,
});
process.stdout.write(JSON.stringify(told) + "\n");
