/* A page with several states: templates by their id. `show(id)` shows one; what has `data-goes` shows another
 * when it is pressed; a switch turns its label. What was given is in `window.given`. */
const given = (window.given = { name: null, on: new Set(["microphone", "camera"]), pressed: [] });

window.stenoRecorder = { tracks: [] };

window.show = (id) => {
  const template = document.getElementById(id);
  document.getElementById("room").replaceChildren(template.content.cloneNode(true));
  document.body.dataset.state = id;
  window.stenoRecorder.tracks.length = 0;
  for (const video of document.querySelectorAll("#room [data-track]")) {
    const stream = document.createElement("canvas").captureStream();
    video.srcObject = stream;
    const [track] = stream.getTracks();
    window.stenoRecorder.tracks.push({ key: video.dataset.track, track });
  }
};

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-goes], [data-switch]");
  if (!target) return;
  given.pressed.push(target.textContent.trim() || target.getAttribute("aria-label"));
  if (target.dataset.switch) {
    given.on.delete(target.dataset.switch);
    target.setAttribute("aria-checked", "false");
    target.setAttribute("aria-label", (target.getAttribute("aria-label") || "").replace("Turn off", "Turn on"));
  } else {
    const field = document.querySelector("#room input[type=text]");
    if (field) given.name = field.value;
    window.show(target.dataset.goes);
  }
});
window.show(document.querySelector("template").id);
