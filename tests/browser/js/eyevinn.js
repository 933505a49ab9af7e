// A page that streams its microphone by an unmodified client; what it says stands in `window.client`.
import { WHIPClient } from "@eyevinn/whip-web-client";

window.stream = async (endpoint, authkey) => {
  const client = new WHIPClient({ endpoint, opts: { iceServers: [], authkey } });
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  await client.ingest(await navigator.mediaDevices.getUserMedia({ audio: plain }));
  window.client = client;
};
