/*
 * Where a bot stands in a meeting of a service whose pages are told apart by what they show. In: the signs of
 * the service, see `server/recorder/adapters/lobby.py`. Out: what `Sight.of_json` reads. Nothing is changed.
 */
(signs) => {
  const SAID = 20000;
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const seen = (selector, root = document) =>
    selector ? [...root.querySelectorAll(selector)].filter(visible) : [];
  const pattern = (text) => new RegExp(text, "i");

  const named = (element, label) => {
    const inner = label ? element.querySelector(label) : null;
    const text = label ? inner && inner.innerText : element.getAttribute("aria-label") || element.title;
    return (text || "").replace(pattern(signs.cut), "").trim();
  };
  const own = (element, label) => {
    if (signs.self && (element.matches(signs.self) || element.querySelector(signs.self))) return true;
    const text = `${(label && element.querySelector(label)?.innerText) || ""} ${element.ariaLabel || ""}`;
    return /\((you|me|вы|я)\)/i.test(text);
  };
  const speaks = (element) =>
    Boolean(signs.speaking) && (element.matches(signs.speaking) || seen(signs.speaking, element).length > 0);

  const names = {};
  const people = new Map();
  const meet = (element, label) => {
    const name = named(element, label);
    if (!name || own(element, label)) return;
    people.set(name, Boolean(people.get(name)) || speaks(element));
    for (const media of element.querySelectorAll("audio, video")) {
      const sent = media.srcObject instanceof MediaStream ? media.srcObject.getTracks() : [];
      for (const one of window.stenoRecorder ? window.stenoRecorder.tracks : [])
        if (sent.includes(one.track)) names[one.key] = name;
    }
  };
  for (const tile of seen(signs.tile)) meet(tile, signs.label);
  for (const entry of seen(signs.entry)) meet(entry, signs.entryLabel);

  // What somebody writes in a chat must not end a meeting: words count only where no meeting is shown.
  if (seen(signs.inside).length) {
    const participants = [...people].map(([name, speaking]) => ({ name, speaking }));
    return { phase: "recording", participants, names };
  }
  const text = (document.body ? document.body.innerText : "").slice(0, SAID);
  for (const [phase, reason, words] of signs.said)
    if (pattern(words).test(text)) return { phase, reason };
  if (signs.signIn && pattern(signs.signIn).test(location.href))
    return { phase: "denied", reason: "sign_in_needed" };
  return { phase: "joining" };
}
