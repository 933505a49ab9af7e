/** The icons of the widget and of the live page, drawn by strokes in the colour of the text around them. */

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, string>} */
const PATHS = {
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  smaller: "M3 19l5-13 5 13M5 14.5h6M16 12h6",
  larger: "M3 19l5-13 5 13M5 14.5h6M19 9v6M16 12h6",
  contrast: "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 6.5v11A5.5 5.5 0 0 0 12 6.5",
  history: "M4 6h16M4 12h16M4 18h10",
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  tab: "M3.5 5h17v11.5h-17zM8.5 20.5h7M12 16.5v4",
  file: "M9 17.5V6l10-2v11.5M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0M19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
  close: "m6 6 12 12M18 6 6 18",
  down: "M12 5v13m-6-6 6 6 6-6",
};

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", name);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? "");
  svg.append(path);
  return svg;
}
