/** A connection within one page: `there` sends a tone, and what else is given; `here` is as if far away. */
const sounds = new AudioContext();
const tone = new OscillatorNode(sounds);
const sent = new MediaStreamAudioDestinationNode(sounds);
tone.connect(sent);
tone.start();
const [there, here] = [new RTCPeerConnection(), new RTCPeerConnection()];
there.onicecandidate = ({ candidate }) => here.addIceCandidate(candidate);
here.onicecandidate = ({ candidate }) => there.addIceCandidate(candidate);

/** Send the tone and these tracks. */
async function call(...tracks) {
  for (const track of [sent.stream.getAudioTracks()[0], ...tracks]) there.addTrack(track);
  await there.setLocalDescription();
  await here.setRemoteDescription(there.localDescription);
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription);
}

/** Play what comes beside the name of who sends it. */
function play({ track }) {
  const media = document.createElement(track.kind);
  media.srcObject = new MediaStream([track]);
  document.querySelector("p").append(media);
}
