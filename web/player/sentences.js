/** What the player says, in English and Russian. */

/** @type {Record<"en" | "ru", Record<string, string>>} */
export const SENTENCES = {
  en: {
    player: "Recording",
    play: "Play",
    pause: "Pause",
    back_15: "Back 15 seconds",
    back_5: "Back 5 seconds",
    forth_5: "Forward 5 seconds",
    forth_15: "Forward 15 seconds",
    place: "Place in the recording",
    place_of: "{at} of {end}",
    speed: "Speed",
    follow: "Back to the words",
    live: "still being recorded",
    unplayable: "The recording cannot be played now. It is tried again when you press play.",
    missing: "Not all sound was kept: red marks show where it is missing.",
    keys: "Space plays and pauses, arrows go 5 seconds, with Shift 15. Click a word to hear it.",
  },
  ru: {
    player: "Запись",
    play: "Слушать",
    pause: "Пауза",
    back_15: "Назад на 15 секунд",
    back_5: "Назад на 5 секунд",
    forth_5: "Вперёд на 5 секунд",
    forth_15: "Вперёд на 15 секунд",
    place: "Место в записи",
    place_of: "{at} из {end}",
    speed: "Скорость",
    follow: "Вернуться к словам",
    live: "запись ещё идёт",
    unplayable: "Запись сейчас не воспроизводится. Нажмите «Слушать», чтобы попробовать снова.",
    missing: "Сохранён не весь звук: красным отмечено, где его нет.",
    keys: "Пробел включает и останавливает, стрелки переходят на 5 секунд, с Shift на 15. Нажмите на слово, чтобы услышать его.",
  },
};
