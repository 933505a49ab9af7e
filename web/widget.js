/**
 * Live captions of a meeting on any page:
 *
 *     <script type="module" src="https://steno.example/static/widget.js"></script>
 *     <steno-captions meeting="…" token="…"></steno-captions>
 *
 * This is the only file that a page names; it imports what it needs from beside itself. It adds the element and
 * nothing else: no global name, no style of the page. Loading it twice is the same as loading it once.
 */

import { StenoCaptions } from "./widget/element.js";

if (!customElements.get("steno-captions")) customElements.define("steno-captions", StenoCaptions);
