/**
 * A place of growing text that shows its end: until the reader scrolls up, and again once the reader returns to
 * the end or asks for it by a button, which is there only while the end is out of sight.
 */

/** Pixels from the end within which the reader counts as being there. */
const NEAR = 48;

export class Following {
  #following = true;
  #resting = false;
  #top = 0;
  #height = 0;

  /** @param {HTMLElement} place scrolls, its text in its first element @param {HTMLElement} button */
  constructor(place, button) {
    this.place = place;
    this.button = button;
    place.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    button.addEventListener("click", () => this.#jump());
    // Larger letters, a turned phone: the end stays in sight.
    const resized = new ResizeObserver(() => this.follow());
    resized.observe(place);
    if (place.firstElementChild) resized.observe(place.firstElementChild);
  }

  /** Follow, whatever was before. */
  begin() {
    this.#following = true;
    this.#resting = false;
  }

  /** Follow no more, until `begin`. @returns {boolean} whether the reader was at the end */
  rest() {
    this.#resting = true;
    this.button.hidden = true;
    return this.#following;
  }

  /** Keep the end in sight, if that is where the reader is. */
  follow() {
    if (this.#resting) return;
    if (this.#following) this.place.scrollTop = this.place.scrollHeight;
    this.#top = this.place.scrollTop;
    this.#height = this.place.scrollHeight;
    this.button.hidden = this.#following;
  }

  #scrolled() {
    if (this.#resting) return;
    const { scrollTop, scrollHeight, clientHeight } = this.place;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    // Text that takes another height moves what is seen without the reader.
    if (this.#following && !near && scrollHeight !== this.#height) {
      this.follow();
      return;
    }
    if (near) this.#following = true;
    else if (scrollTop < this.#top - 1) this.#following = false;
    this.#top = scrollTop;
    this.#height = scrollHeight;
    this.button.hidden = this.#following;
  }

  #jump() {
    this.#following = true;
    this.follow();
    this.place.focus({ preventScroll: true });
  }
}
