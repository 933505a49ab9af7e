/**
 * Every sentence of the page in English and Russian, and how numbers and times are said. In: a key and its
 * values; out: text. A problem the page has no sentence for is told in the server's own words.
 */

/** @typedef {"en" | "ru"} Language */

/** @type {Record<Language, Record<string, string>>} */
export const SENTENCES = {
  en: {
    tagline: "Speak, and read it as you say it.",
    intro: "Live captions for this room, large enough to read from across it.",
    start: "Start captions",
    stop: "Stop",
    stop_now: "End now",
    cancel: "Cancel",
    spoken: "Language spoken",
    auto: "Auto",
    choose: "Choose a recording",
    drop: "or drop one anywhere on this page",
    drop_here: "Drop the recording to transcribe it",
    privacy: "Sound goes only to this server and is not kept. The text is.",
    docs: "API docs",
    interface: "Interface language",
    smaller: "Smaller text",
    larger: "Larger text",
    captions: "Captions",
    pending: "Words being recognised",
    to_live: "Jump to live",
    level: "Sound level",
    progress: "Part of the recording that has been played",
    hear: "Play sound here",
    key_label: "API key",
    key_hint: "Forgotten when this tab is closed.",
    key_send: "Continue",
    ended: "Transcript ready",
    ended_empty: "No speech was heard",
    ended_failed: "Nothing was transcribed",
    download: "Download",
    open: "Open transcript",
    again: "New captions",
    details: "About this meeting",
    to_report: "Read the report",
    pruned: "Earlier lines are in the transcript.",
    phase_asking: "Waiting for the microphone",
    phase_reading: "Reading the recording",
    phase_connecting: "Connecting",
    phase_live: "Listening",
    phase_playing: "Transcribing",
    phase_reconnecting: "Reconnecting",
    phase_stopping: "Finishing the last words",
    hint_asking: "Allow the microphone in your browser’s question.",
    hint_reading: "Reading the recording…",
    hint_connecting: "Connecting…",
    hint_live: "Listening. Speak, and your words appear here.",
    hint_playing: "The first words appear in a moment.",
    behind: "behind by {seconds} s",
    caught_up: "caught up",
    slow: "The network is too slow: captions will be late.",
    slow_lost: "The network is too slow: {seconds} s of sound could not be sent.",
    lost_some: "{seconds} s of sound could not be sent.",
    reconnecting: "The connection is lost. Sound is kept here and sent when it is back.",
    quiet: "No sound reaches this page. Check that the microphone is on and not muted.",
    rare_partials: "The server is busy: words appear less often.",
    finals_only: "The server is very busy: only finished sentences appear.",
    gap: "{seconds} s of sound missing",
    doubtful: "may not have been said",
    coverage: "{received} heard: {transcribed} speech, {silence} silence{doubtful}, {lost} lost",
    coverage_doubtful: ", {quarantined} doubtful",
    unsent: "{seconds} s of sound never left this device.",
    report: "The meeting report is being written.",
    and: "{value} min {rest} s",
    seconds: "{rest} s",
    hours: "{hours} h {value} min",
    problem_denied:
      "This page may not use the microphone. Allow it in the browser’s address bar, then start again.",
    problem_insecure:
      "Browsers give the microphone only to secure pages. Open this page by https:// or on localhost.",
    problem_unsupported:
      "This browser cannot capture sound for captions. Use a current Chrome, Edge, Firefox or Safari.",
    problem_no_microphone: "No microphone was found. Connect one, then start again.",
    problem_microphone_busy:
      "The microphone cannot be opened. Close other programs that use it, then start again.",
    problem_microphone_lost: "The microphone was disconnected. Connect it, then start new captions.",
    problem_offline: "This device is offline. Connect it to the network, then start again.",
    problem_unreachable: "The server does not answer. Check that it is running, then start again.",
    problem_refused: "The server refused the connection. It may be full: try again in a minute.",
    problem_not_ready: "The server is still starting. Try again in a minute.",
    problem_overloaded: "The server has no room for another speaker. Try again in {seconds} s.",
    problem_overloaded_soon: "The server has no room for another speaker. Try again in a minute.",
    problem_key_needed: "This server needs an API key. Enter it below.",
    problem_key_wrong: "The server does not know this API key. Check it and enter it again.",
    problem_key_unsendable:
      "This API key has characters that a key cannot have. Check it and enter it again.",
    problem_not_allowed: "The server does not allow this. Ask whoever runs it for another key.",
    problem_lost:
      "The connection was lost and the session with it. The words so far are below; start new captions to go on.",
    problem_language_not_supported: "This server does not know this language. Choose another, or Auto.",
    problem_container_corrupt: "The recording is damaged: only its beginning could be read.",
    problem_store_unavailable: "The server cannot store words just now. Try again in a minute.",
    problem_restart: "The server is restarting. The words so far are below; start new captions in a minute.",
    problem_closed_early: "The server ended the session. Start new captions to go on.",
    problem_no_answer: "The server stopped answering. The words so far are kept; try again in a minute.",
    problem_no_audio:
      "The server heard nothing for too long and ended the session. Start new captions to go on.",
    problem_slow_reader: "This device could not keep up with the captions. Start new captions to go on.",
    problem_taken_over: "These captions go on over another connection. Start new captions to speak here.",
    problem_too_many_messages: "This page sent more than the server takes. Reload the page.",
    problem_too_many_sessions:
      "This device or its network streams to the server already, as often as it may. End another one first.",
    problem_meeting_deleted: "This meeting was deleted on the server. Start new captions to go on.",
    problem_server_fault: "The server had a fault and ended the session. Start new captions to go on.",
    problem_not_understood:
      "The server cannot read this sound. Convert the recording to MP3, WAV or Ogg and try again.",
    problem_bad_order: "This page and the server do not understand each other. Reload the page.",
    problem_too_big: "The server refused a message as too large. Reload the page.",
    problem_page_fault: "Something went wrong in this page. Reload it and try again.",
    problem_file_empty: "This file is empty. Choose another recording.",
    problem_file_unreadable: "This file can no longer be read. Choose it again.",
    problem_download_failed: "The transcript could not be fetched. Check the connection and try again.",
    problem_unknown: "The server reported a problem. Try again in a minute.",
  },
  ru: {
    tagline: "Говорите и сразу читайте.",
    intro: "Живые субтитры для комнаты: видно с другого её конца.",
    start: "Включить субтитры",
    stop: "Стоп",
    stop_now: "Завершить сейчас",
    cancel: "Отмена",
    spoken: "Язык речи",
    auto: "Авто",
    choose: "Выбрать запись",
    drop: "или перетащите её на страницу",
    drop_here: "Отпустите запись, чтобы расшифровать её",
    privacy: "Звук идёт только на этот сервер и не сохраняется. Текст сохраняется.",
    docs: "Описание API",
    interface: "Язык интерфейса",
    smaller: "Мельче",
    larger: "Крупнее",
    captions: "Субтитры",
    pending: "Слова, которые ещё распознаются",
    to_live: "К последним словам",
    level: "Уровень звука",
    progress: "Сколько записи уже проиграно",
    hear: "Слушать здесь",
    key_label: "Ключ API",
    key_hint: "Забывается, когда вкладка закрыта.",
    key_send: "Продолжить",
    ended: "Расшифровка готова",
    ended_empty: "Речи не было слышно",
    ended_failed: "Ничего не расшифровано",
    download: "Скачать",
    open: "Открыть расшифровку",
    again: "Новые субтитры",
    details: "Об этой встрече",
    to_report: "Прочитать отчёт",
    pruned: "Более ранние строки есть в расшифровке.",
    phase_asking: "Ждём микрофон",
    phase_reading: "Читаем запись",
    phase_connecting: "Подключаемся",
    phase_live: "Слушаем",
    phase_playing: "Расшифровываем",
    phase_reconnecting: "Подключаемся снова",
    phase_stopping: "Дописываем последние слова",
    hint_asking: "Разрешите браузеру использовать микрофон.",
    hint_reading: "Читаем запись…",
    hint_connecting: "Подключаемся…",
    hint_live: "Слушаем. Говорите, и слова появятся здесь.",
    hint_playing: "Первые слова появятся через мгновение.",
    behind: "отставание {seconds} с",
    caught_up: "всё показано",
    slow: "Сеть слишком медленная: субтитры будут опаздывать.",
    slow_lost: "Сеть слишком медленная: не удалось отправить {seconds} с звука.",
    lost_some: "Не удалось отправить {seconds} с звука.",
    reconnecting: "Связь потеряна. Звук хранится здесь и уйдёт, когда она вернётся.",
    quiet: "Звук не поступает. Проверьте, что микрофон включён и не заглушён.",
    rare_partials: "Сервер занят: слова появляются реже.",
    finals_only: "Сервер очень занят: появляются только законченные фразы.",
    gap: "пропущено {seconds} с звука",
    doubtful: "возможно, этого не говорили",
    coverage: "Услышано {received}: {transcribed} речи, {silence} тишины{doubtful}, {lost} потеряно",
    coverage_doubtful: ", {quarantined} под сомнением",
    unsent: "{seconds} с звука не покинули это устройство.",
    report: "Отчёт о встрече готовится.",
    and: "{value} мин {rest} с",
    seconds: "{rest} с",
    hours: "{hours} ч {value} мин",
    problem_denied:
      "Странице нельзя использовать микрофон. Разрешите его в адресной строке браузера и начните снова.",
    problem_insecure:
      "Браузер даёт микрофон только защищённым страницам. Откройте страницу по https:// или на localhost.",
    problem_unsupported:
      "Этот браузер не умеет захватывать звук. Возьмите свежий Chrome, Edge, Firefox или Safari.",
    problem_no_microphone: "Микрофон не найден. Подключите его и начните снова.",
    problem_microphone_busy:
      "Микрофон не открывается. Закройте другие программы, которые его используют, и начните снова.",
    problem_microphone_lost: "Микрофон отключился. Подключите его и включите новые субтитры.",
    problem_offline: "Устройство не в сети. Подключите его и начните снова.",
    problem_unreachable: "Сервер не отвечает. Проверьте, что он запущен, и начните снова.",
    problem_refused: "Сервер отказал в соединении. Возможно, нет места: попробуйте через минуту.",
    problem_not_ready: "Сервер ещё запускается. Попробуйте через минуту.",
    problem_overloaded: "На сервере нет места для ещё одного говорящего. Попробуйте через {seconds} с.",
    problem_overloaded_soon: "На сервере нет места для ещё одного говорящего. Попробуйте через минуту.",
    problem_key_needed: "Этому серверу нужен ключ API. Введите его ниже.",
    problem_key_wrong: "Сервер не знает этого ключа API. Проверьте его и введите снова.",
    problem_key_unsendable:
      "В этом ключе API есть знаки, которых в ключе быть не может. Проверьте его и введите снова.",
    problem_not_allowed: "Сервер этого не разрешает. Попросите другой ключ у того, кто им управляет.",
    problem_lost:
      "Связь потеряна, а с ней и сеанс. Прежние слова ниже; чтобы продолжить, включите новые субтитры.",
    problem_language_not_supported: "Сервер не знает этого языка. Выберите другой или «Авто».",
    problem_container_corrupt: "Запись повреждена: удалось прочитать только её начало.",
    problem_store_unavailable: "Сервер сейчас не может сохранять слова. Попробуйте через минуту.",
    problem_restart: "Сервер перезапускается. Прежние слова ниже; включите новые субтитры через минуту.",
    problem_closed_early: "Сервер завершил сеанс. Чтобы продолжить, включите новые субтитры.",
    problem_no_answer: "Сервер перестал отвечать. Прежние слова сохранены; попробуйте через минуту.",
    problem_no_audio: "Сервер слишком долго ничего не слышал и завершил сеанс. Включите новые субтитры.",
    problem_slow_reader: "Устройство не успевало за субтитрами. Чтобы продолжить, включите новые.",
    problem_taken_over: "Эти субтитры идут через другое соединение. Чтобы говорить здесь, включите новые.",
    problem_too_many_messages: "Страница прислала больше, чем сервер принимает. Обновите страницу.",
    problem_too_many_sessions:
      "С этого устройства или из его сети уже идёт столько потоков, сколько можно. Сначала завершите один.",
    problem_meeting_deleted: "Эту встречу удалили на сервере. Чтобы продолжить, включите новые субтитры.",
    problem_server_fault: "На сервере случилась ошибка, сеанс завершён. Включите новые субтитры.",
    problem_not_understood:
      "Сервер не понимает этот звук. Переведите запись в MP3, WAV или Ogg и попробуйте снова.",
    problem_bad_order: "Страница и сервер не понимают друг друга. Обновите страницу.",
    problem_too_big: "Сервер отверг слишком большое сообщение. Обновите страницу.",
    problem_page_fault: "На странице что-то сломалось. Обновите её и попробуйте снова.",
    problem_file_empty: "Этот файл пуст. Выберите другую запись.",
    problem_file_unreadable: "Файл больше не читается. Выберите его снова.",
    problem_download_failed: "Не удалось получить расшифровку. Проверьте связь и попробуйте снова.",
    problem_unknown: "Сервер сообщил об ошибке. Попробуйте через минуту.",
  },
};

/** @param {readonly string[]} wanted languages in order of liking @returns {Language} */
export function firstKnown(wanted) {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in SENTENCES);
  return /** @type {Language} */ (known ?? "en");
}

/** The page's voice in one language. */
export class Voice {
  /** @param {Language} language @param {Record<Language, Record<string, string>>} [sentences] of the page */
  constructor(language, sentences = SENTENCES) {
    this.language = language;
    this.sentences = sentences;
    this.tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  say(key, values = {}) {
    const sentence = this.sentences[this.language][key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /** @param {number} seconds */
  seconds(seconds) {
    return this.tenths.format(seconds);
  }

  /** A place in time or a length, as 1:05 or 1:01:05.
   * @param {number} seconds */
  clock(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    const shown = parts[0] ? parts : parts.slice(1);
    return shown.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
  }

  /** A length as people say it: 3 min 20 s.
   * @param {number} seconds */
  length(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const [hours, value, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    return this.say(hours ? "hours" : value ? "and" : "seconds", { hours, value, rest });
  }

  /** @param {import("./store.js").Problem} problem */
  problem({ code, message, seconds }) {
    const sentences = this.sentences[this.language];
    if (code === "overloaded" && !seconds) return this.say("problem_overloaded_soon");
    const known = `problem_${code}` in sentences;
    if (known) return this.say(`problem_${code}`, { seconds: Math.ceil(seconds ?? 0) });
    return message || this.say("problem_unknown");
  }

  /** Where the sound went, as one line.
   * @param {import("./protocol.js").Coverage} coverage */
  coverage({ received, transcribed, silence, quarantined, lost }) {
    const short = (/** @type {number} */ seconds) => (Math.round(seconds) ? this.clock(seconds) : "0");
    const doubtful =
      quarantined >= 0.5 ? this.say("coverage_doubtful", { quarantined: short(quarantined) }) : "";
    const values = { transcribed: short(transcribed), silence: short(silence), lost: short(lost), doubtful };
    return this.say("coverage", { received: this.length(received), ...values });
  }
}
