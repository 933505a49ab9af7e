/** A page of a partner that streams its microphone by a client which knows WHIP and nothing of Steno. */
import {WHIPClient} from "@eyevinn/whip-web-client";

window.publish = async ([endpoint, authkey]) => {
    const client = new WHIPClient({endpoint, opts: {iceServers: [], authkey}});
    const spoken = await navigator.mediaDevices.getUserMedia({audio: true});
    await client.ingest(spoken);
    window.peer = client.peer;
    window.leave = async () => {
        await client.destroy();
        for (const track of spoken.getTracks()) {
            track.stop();
        }
    };
};
