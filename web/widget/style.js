/**
 * The widget's looks, as a sheet that any Content-Security-Policy lets through. A page changes them by the
 * custom properties `--steno-…` and by parts; both are described on the page `/widget`.
 */

const STYLE = `
:host {
  display: block;
  box-sizing: border-box;
  block-size: 24rem;
  min-inline-size: 0;
  container-type: inline-size;
  color-scheme: light dark;
  font-family: var(--steno-font, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, system-ui, sans-serif);
  font-size: 1rem;
  line-height: 1.45;
  text-align: start;
}
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]), :host([layout="bar"]:not([theme])) { color-scheme: dark; }
:host([layout="bar"]) { position: absolute; inset-inline: 0; inset-block-end: 0; block-size: auto; }

.widget {
  --ground: var(--steno-ground, light-dark(#ffffff, #141a18));
  --ink: var(--steno-ink, light-dark(#101917, #f0f5f3));
  --soft: var(--steno-soft, light-dark(#4a5854, #a7b6b0));
  --line: var(--steno-line, light-dark(#ccd5d1, #35423e));
  --accent: var(--steno-accent, light-dark(#0b5f52, #7fd8c1));
  --doubt: light-dark(#7a4b00, #f0c069);
  --bad-ground: light-dark(#fbe9e7, #3a1614);
  --bad-ink: light-dark(#7b1710, #ffc9c3);
  --scale: 1;
  display: flex;
  flex-direction: column;
  box-sizing: border-box;
  block-size: 100%;
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: var(--steno-radius, 14px);
  background: var(--ground);
  color: var(--ink);
}
.widget * { box-sizing: border-box; }
.widget [hidden] { display: none; }
:host([size="0"]) .widget { --scale: 0.8; }
:host([size="1"]) .widget { --scale: 0.9; }
:host([size="3"]) .widget { --scale: 1.25; }
:host([size="4"]) .widget { --scale: 1.6; }
:host([size="5"]) .widget { --scale: 2; }
:host([contrast="more"]) .widget {
  --ground: light-dark(#ffffff, #000000);
  --ink: light-dark(#000000, #ffffff);
  --soft: light-dark(#22302b, #dbe5e1);
  --line: light-dark(#3c4744, #c3cfcb);
  --accent: light-dark(#003f35, #a4e8d6);
}
@media (prefers-contrast: more) {
  :host(:not([contrast])) .widget {
    --ground: light-dark(#ffffff, #000000);
    --ink: light-dark(#000000, #ffffff);
    --soft: light-dark(#22302b, #dbe5e1);
    --line: light-dark(#3c4744, #c3cfcb);
    --accent: light-dark(#003f35, #a4e8d6);
  }
}

p { margin: 0; }
button { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
/* A press is the button's: an icon that is exchanged under it would swallow it. */
.icon { pointer-events: none; inline-size: 22px; block-size: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.icon.pause { stroke-width: 3; }
.icon.play { fill: currentColor; }

.head {
  display: flex;
  flex: none;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 0 1rem;
  padding: 0.75rem 1rem;
  border-block-end: 1px solid var(--line);
}
.title { font-weight: 650; letter-spacing: -0.01em; }
.facts { display: inline-flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.75rem; color: var(--soft); font-size: 0.875rem; }
.status::before {
  content: "";
  display: inline-block;
  inline-size: 0.5rem;
  block-size: 0.5rem;
  margin-inline-end: 0.4375rem;
  border-radius: 50%;
  background: var(--soft);
}
[data-phase="live"] .status::before { background: var(--accent); }
[data-phase="refused"] .status::before { background: var(--bad-ink); }
.delay { font-variant-numeric: tabular-nums; }
.delay:empty { display: none; }
.demo { padding-inline: 0.5rem; border: 1px solid currentColor; border-radius: 1rem; font-weight: 600; }
.problem { flex: none; padding: 0.75rem 1rem; background: var(--bad-ground); color: var(--bad-ink); }

.middle { position: relative; flex: 1; min-block-size: 0; }
.log { block-size: 100%; overflow: hidden auto; overscroll-behavior: contain; }
.page { display: flex; flex-direction: column; justify-content: flex-end; min-block-size: 100%; padding: 0.75rem 1rem 1rem; }
.block { content-visibility: auto; contain-intrinsic-block-size: auto calc(50 * 2.75rem * var(--scale)); }
.left { color: var(--soft); font-size: 0.875rem; }
.when-empty { display: none; }
[data-empty] .when-empty { display: block; margin-block: auto; color: var(--soft); text-align: center; text-wrap: balance; }
.empty { padding: 1rem; }
.line {
  max-inline-size: 44em;
  padding-block: 0.25em;
  font-size: calc(var(--steno-size, 1.125rem) * var(--scale));
  overflow-wrap: anywhere;
}
.at { display: none; color: var(--soft); font-size: 0.8125rem; font-variant-numeric: tabular-nums; margin-inline-end: 0.625rem; }
:host([times]) .at { display: inline; }
.who { display: block; margin-block-start: 0.375em; color: var(--accent); font-size: max(0.875rem, 0.8em); font-weight: 650; }
:host([times]) .who { display: inline; }
:host([times]) .said { display: block; }
/* Few lines of a bar are in sight: each says who speaks. */
:host(:not([layout="bar"])) .line[data-same] > .who { display: none; }
.tentative { color: var(--soft); }
.doubtful .said { text-decoration: underline dashed var(--doubt) 0.06em; text-underline-offset: 0.2em; }
.doubt { display: block; color: var(--doubt); font-size: 0.875rem; font-weight: 600; }
.gap { color: var(--soft); font-size: 0.9375rem; font-style: italic; }

.newest {
  position: absolute;
  inset-block-end: 0.75rem;
  inset-inline-start: 50%;
  display: inline-flex;
  align-items: center;
  gap: 0.375rem;
  min-block-size: 44px;
  padding: 0 1.125rem 0 0.875rem;
  border: 0;
  border-radius: 22px;
  background: var(--ink);
  color: var(--ground);
  box-shadow: 0 6px 20px rgb(0 0 0 / 30%);
  font-weight: 600;
  translate: -50% 0;
}
:host(:dir(rtl)) .newest { translate: 50% 0; }

.tools { display: flex; flex: none; justify-content: flex-end; gap: 0.125rem; padding: 0.125rem 0.375rem; border-block-start: 1px solid var(--line); }
:host([controls="none"]) .tools { display: none; }
.tools button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 0.375rem;
  min-inline-size: 44px;
  min-block-size: 44px;
  border: 0;
  border-radius: 10px;
  background: none;
  color: var(--soft);
  font-weight: 600;
}
.tools button:hover { background: color-mix(in srgb, var(--ink) 9%, transparent); color: var(--ink); }
.tools button[aria-pressed="true"], .tools button[aria-expanded="true"] { background: color-mix(in srgb, var(--ink) 13%, transparent); color: var(--ink); }
.tools button:disabled { opacity: 0.45; cursor: default; background: none; }
.tools .pause { margin-inline-end: auto; }
.tools .history { display: none; }

/* A bar over a picture: the last lines, large; the rest when it is asked for. */
:host([layout="bar"]) .widget {
  --ground: var(--steno-ground, light-dark(rgb(255 255 255 / 92%), rgb(8 11 10 / 82%)));
  --bar-line: calc(var(--steno-size, clamp(1.125rem, 0.8rem + 1.4vw, 1.75rem)) * var(--scale) * 1.4);
  border: 0;
  border-radius: var(--steno-radius, 0);
}
:host([layout="bar"][contrast="more"]) .widget { --ground: light-dark(#ffffff, #000000); }
:host([layout="bar"]) .widget { display: grid; grid: "problem problem" "middle middle" "head tools" "foot foot" / 1fr auto; }
:host([layout="bar"]) .head { grid-area: head; align-self: center; padding: 0 1rem; border: 0; }
:host([layout="bar"]) .problem { grid-area: problem; }
:host([layout="bar"]) [name="title"] { display: none; }
:host([layout="bar"]) .middle { grid-area: middle; padding-block-start: 0.5rem; }
:host([layout="bar"]) .log { block-size: calc(var(--bar-line) * var(--steno-lines, 2)); overflow: hidden; }
:host([layout="bar"]) .page { padding: 0 1rem; align-items: stretch; }
:host([layout="bar"]) .line { max-inline-size: none; padding: 0; font-size: calc(var(--bar-line) / 1.4); font-weight: 500; line-height: 1.4; text-align: center; text-wrap: pretty; }
:host([layout="bar"]) .at, :host([layout="bar"]) .left { display: none; }
:host([layout="bar"]) .who { display: inline; margin: 0 0.5em 0 0; font-size: 0.85em; }
:host([layout="bar"]) .said, :host([layout="bar"]) .doubt { display: inline; }
:host([layout="bar"]) .block { content-visibility: visible; }
:host([layout="bar"]) .empty { padding: 0; }
:host([layout="bar"]) .tools { grid-area: tools; gap: 0; padding-block: 0; border: 0; }
:host([layout="bar"]) .tools .history { display: inline-flex; }
:host([layout="bar"]) [data-quiet]:not([data-empty], [data-open]) .log { visibility: hidden; }
:host([layout="bar"]) [data-open] .log { block-size: min(60vh, 22rem); overflow: hidden auto; }
:host([layout="bar"]) [data-open] .line { text-align: start; }
:host([layout="bar"]) [data-open] .block { content-visibility: auto; }
:host([layout="bar"]) .widget:not([data-open]) .newest { display: none; }

@container (max-width: 30rem) {
  :host([layout="bar"]) .widget { grid: "problem" "middle" "head" "tools" "foot" / 1fr; }
  :host([layout="bar"]) .tools { justify-content: center; }
  :host([layout="bar"]) .head { justify-content: center; padding-block-start: 0.25rem; }
}

@media (forced-colors: active) {
  .status::before { background: CanvasText; }
  .tools button[aria-pressed="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
}
`;

/** @type {CSSStyleSheet | null} */
let made = null;

/** One sheet for all widgets of a page. */
export function sheet() {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(STYLE);
  }
  return made;
}
