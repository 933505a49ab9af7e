/** What the slides of a meeting's page say, in English and Russian. */

/** @type {Record<"en" | "ru", Record<string, string>>} */
export const SENTENCES = {
  en: {
    slide_at: "Slide at {at}",
    close: "Close",
  },
  ru: {
    slide_at: "Слайд на {at}",
    close: "Закрыть",
  },
};
