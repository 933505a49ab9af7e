/*
 * What one frame shows, for `server/recorder/snapshot.py`: its text in reading order, its chat, its images.
 * It runs in any page, reads and changes nothing, and takes no more than `bounds` say. What the page has of
 * images only in memory (canvas, blob:) comes as a data URL, of others only the address.
 */
(bounds) => {
  const SKIPPED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "IFRAME", "OBJECT", "SELECT"]);
  const CHAT = '[role="log"], [role="list"][aria-label*="chat" i], [role="region"][aria-label*="chat" i], ' +
    '[role="complementary"][aria-label*="chat" i], [role="list"][aria-label*="message" i]';
  const images = [];
  const chats = [];
  let room = bounds.pixels;
  let visited = 0;

  const exported = (drawn, width, height) => {
    if (!width || !height || width * height > room || Math.min(width, height) < bounds.smallest) return null;
    try {
      let canvas = drawn;
      if (!(drawn instanceof HTMLCanvasElement)) {
        canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [width, height];
        canvas.getContext("2d").drawImage(drawn, 0, 0);
      }
      const data = canvas.toDataURL("image/png");
      room -= width * height;
      return data;
    } catch {
      return null; // Drawn from another origin: not to be read.
    }
  };

  const image = (source, alt, width, height, data) => {
    if (!source || images.length >= bounds.images) return;
    let address = source;
    try { address = new URL(source, document.baseURI).href; } catch { return; }
    images.push({
      source: data === undefined && address.startsWith("data:") ? "data:" : address.slice(0, bounds.address),
      alt: (alt || "").slice(0, bounds.alt), width: width || 0, height: height || 0,
      data: data === undefined ? (address.startsWith("data:") ? address.slice(0, bounds.data) : null) : data,
    });
  };

  const pictured = (element, style) => {
    const alt = element.getAttribute("alt") || element.getAttribute("aria-label");
    if (element instanceof HTMLImageElement) {
      const [width, height] = [element.naturalWidth, element.naturalHeight];
      const source = element.currentSrc || element.src;
      image(source, alt, width, height, source.startsWith("blob:") ? exported(element, width, height) : undefined);
    } else if (element instanceof HTMLCanvasElement) {
      const data = exported(element, element.width, element.height);
      if (data) image(`${location.href.split("#")[0]}#canvas`, alt, element.width, element.height, data);
    } else if (element instanceof HTMLVideoElement) {
      if (element.poster) image(element.poster, alt, 0, 0);
    } else if (element instanceof HTMLInputElement) {
      if (element.type === "image") image(element.src, alt, 0, 0);
    } else if (element instanceof SVGImageElement) {
      image(element.href.baseVal, alt, 0, 0);
    }
    for (const [, , source] of style.backgroundImage.matchAll(/url\((["']?)(.*?)\1\)/g)) image(source, alt, 0, 0);
  };

  const children = (node) => {
    if (node instanceof HTMLSlotElement) {
      const given = node.assignedNodes();
      if (given.length) return given;
    }
    return (node.shadowRoot || node).childNodes;
  };

  const walk = (node, out, depth) => {
    if (depth > bounds.depth || ++visited > bounds.nodes || out.length > bounds.text) return;
    if (node.nodeType === Node.TEXT_NODE) {
      const styled = node.parentElement && getComputedStyle(node.parentElement);
      const kept = styled && styled.whiteSpace.startsWith("pre");
      out.push(kept ? node.data : node.data.replace(/\s+/g, " "));
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || SKIPPED.has(node.tagName)) return;
    const style = getComputedStyle(node);
    const contents = style.display === "contents";
    if (!contents && !node.checkVisibility({ visibilityProperty: true })) return;
    pictured(node, style);
    if (node.tagName === "BR") { out.push("\n"); return; }
    // Icons are drawn by words of a font that nobody reads.
    if (node.getAttribute("aria-hidden") === "true") {
      walkAll(node, [], depth);
      return;
    }
    const block = !style.display.startsWith("inline") && !contents && style.display !== "table-cell";
    if (block) out.push("\n");
    if (node.matches(CHAT) && !node.parentElement?.closest(CHAT)) {
      const said = [];
      walkAll(node, said, depth);
      chats.push(said.join(""));
      for (const one of said) out.push(one); // Of a long chat more than one call takes arguments.
    } else {
      walkAll(node, out, depth);
    }
    if (style.display === "table-cell") out.push("\t");
    if (block) out.push("\n");
  };

  const walkAll = (node, out, depth) => {
    for (const child of children(node)) walk(child, out, depth + 1);
  };

  const text = [];
  if (document.body) walk(document.body, text, 0);
  return {
    title: document.title, language: document.documentElement.lang || "",
    text: text.join("").slice(0, bounds.text), chat: chats.map((one) => one.slice(0, bounds.text)),
    images, more: visited > bounds.nodes || images.length >= bounds.images,
  };
}
