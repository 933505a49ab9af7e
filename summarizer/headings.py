"""What a report says in its own words, in Russian and English. Other languages read English."""

_WORDS = {
    "topics": ("Topics", "Темы"),
    "key_moments": ("Key moments", "Ключевые моменты"),
    "questions": ("Questions asked", "Прозвучавшие вопросы"),
    "figures": ("Numbers and dates mentioned", "Названные числа и даты"),
    "follow_ups": ("Possible follow-ups (found by phrases)", "Возможные следующие шаги (найдены по фразам)"),
    "discussed": ("Discussed", "Обсудили"),
    "talk_time": ("Talk time", "Кто сколько говорил"),
    "untitled": ("Meeting report", "Отчёт о встрече"),
    "no_model": (
        "No language model was used: every sentence below was said in the meeting, word for word.",
        "Языковая модель не использовалась: все фразы ниже взяты из встречи дословно.",
    ),
    "written_by": ("Written by {model}.", "Составлено моделью {model}."),
    "quoted": ("quoted", "цитата"),
    "edited": ("edited by hand", "исправлено вручную"),
    "owner": ("Owner", "Ответственный"),
    "no_owner": ("no owner", "без ответственного"),
    "due": ("Due", "Срок"),
    "tentative": ("tentative", "предположительно"),
    "weak": ("weakly supported", "слабо подтверждено"),
    "unknown": ("Unknown speaker", "Неизвестный участник"),
    "others": ("Everybody else", "Все остальные"),
    "covered": ("Covers {spans}", "Охвачено: {spans}"),
    "nothing": ("Nothing was said.", "Ничего не было сказано."),
    "partial": ("This report is incomplete.", "Этот отчёт неполный."),
    "failed": ("No report could be written.", "Отчёт составить не удалось."),
    "flag_number": ("check the number", "проверьте число"),
    "flag_name": ("check the name", "проверьте имя"),
    "flag_owner": ("check the owner", "проверьте ответственного"),
    "flag_due": ("check the date", "проверьте срок"),
    "flag_no_commitment": ("nobody promised it", "никто этого не обещал"),
    "flag_negation": ("check for a “not”", "проверьте, нет ли «не»"),
    "flag_duplicate": ("said twice", "повтор"),
}


def heading(key: str, language: str) -> str:
    """The words for `key`, in the language whose code is given."""
    english, russian = _WORDS[key]
    return russian if language.split("-", maxsplit=1)[0] == "ru" else english
