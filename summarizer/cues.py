"""Phrases by which people promise, ask, agree and refuse, Russian and English.

In: one sentence or line. Out: yes or no. The cues are strict: they find few of the promises, and
what they find is mostly one. They never say that something was decided.
"""

import re

_VERBS_EN = (
    "send|write|check|fix|prepare|finish|ask|call|email|update|review|schedule|create|share|draft|book|"
    "test|"
    "investigate|follow up|set up|look into|find out|talk to|tell|add|move|organi[sz]e|document|contact|"
    "confirm|"
    "circulate|upload|arrange|invite|rerun"
)
_PERFECTIVE = (
    "напиш|отправл|провер|подготовл|сдела|позвон|попрош|спрош|обновл|созда|назнач|уточн|"
    "пришл|исправл|закро|"
    "соберу|состав|организу|свяж|договор|добавл|посмотр|вышл|перенес|согласу|оформл"
)
PROMISE = re.compile(
    rf"\bI(?:'ll| will| am going to|'m going to)(?: \w+){{0,1}}? (?:{_VERBS_EN})\b"
    rf"|\bI can have\b.*\bby\b"
    rf"|(?:^|[.,;!?]\s*)(?:я )?"
    rf"(?:(?:сегодня|завтра|тогда|сама?|это|всё) )*"
    rf"(?:{_PERFECTIVE})\w*(?:ю|у|юсь|усь)\b"
    rf"|\bя (?:{_PERFECTIVE})\w*(?:ю|у|юсь|усь)\b",
    re.IGNORECASE,
)
REQUEST = re.compile(
    rf"\b(?:can|could|will|would) you (?:please )?(?:{_VERBS_EN})\b|\bplease (?:{_VERBS_EN})\b"
    rf"|\b(?:some(?:body|one)) (?:should|needs to|has to) \w+"
    r"|\b(?:подготовь|уточни|проверь|напиши|отправь|сделай|позвони|обнови|пришли|исправь|спроси|добавь|посмотри|"
    r"согласуй|оформи)(?:те)?\b"
    r"|\bкто-нибудь (?:должен|может|пусть)\b|\bнужно, чтобы\b",
    re.IGNORECASE,
)
AGREEMENT = re.compile(
    r"\b(?:agreed?|decided?|let(?:'s| us) (?:decide|go with|do)|"
    r"so we(?:'ll| will| are going)|no objections?|fine with me|"
    r"settled|approved|"
    r"makes sense|sounds good|then we|we launch|I like that|we will go|deal)\b"
    r"|\b(?:решаем|решили|решено|решим|договорились|согласен|согласна|согласны|утверждаем|утвердили|принято|"
    r"фиксируем|зафиксировали|не возражаю|давайте так)\b",
    re.IGNORECASE,
)
OPEN_ENDED = re.compile(
    r"\b(?:leave it open|not decided|decide later|no decision)\b|\bничего не решаем\b"
    r"|\bне решили\b",
    re.IGNORECASE,
)
ASSENT = re.compile(
    r"^\W*(?:yes|yeah|sure|ok(?:ay)?|will do|fine|of course|right|"
    r"да|хорошо|ок|конечно|сделаю|ладно|принято|"
    r"подготовлю|договорились)\b",
    re.IGNORECASE,
)
FIRST_PERSON = re.compile(
    rf"\bI(?:'ll| will| can have| am going to|'m going to| take)\b|\bwe will need\b|{PROMISE.pattern}"
    r"|\bза мной\b|\bмогу\b",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|cannot|without|neither|nor)\b|n['’]t\b"
    r"|\b(?:не|нет|ни|никогда|никто|нельзя|без)\b",
    re.IGNORECASE,
)
TO_THE_WRITER = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |the |any )*(?:above|previous|prior|instructions?|rules)\b"
    r"|\bwrite (?:in the (?:report|summary) )?that\b|\bsystem prompt\b"
    r"|\b(?:игнорируй|забудь)(?:те)? (?:все |всё )?(?:выше|предыдущ|инструкц|правил)"
    r"|\b(?:на)?пиши(?:те)?(?: в отч[её]те?| в итогах)?,? что\b",
    re.IGNORECASE,
)
"""Words meant for whoever writes the report: no evidence of anything else."""

_FILLED = re.compile(r"\w+", re.UNICODE)
_EMPTY_QUESTION = re.compile(
    r"^(?:right|okay|ok|yeah|yes|no|sorry|what|huh|you know|anything else|really|any objections|isn't it|"
    r"да|нет|"
    r"правда|что|верно|так|понятно|все подключились|можно)\W*$",
    re.IGNORECASE,
)


def is_question(sentence: str) -> bool:
    """Whether a sentence asks something that can be understood when read alone."""
    said = sentence.strip()
    return said.endswith("?") and not _EMPTY_QUESTION.match(said) and len(_FILLED.findall(said)) >= 4


def is_follow_up(sentence: str) -> bool:
    """Whether somebody promises to do something, or asks somebody to."""
    return bool(PROMISE.search(sentence) or REQUEST.search(sentence))


def is_agreement(text: str) -> bool:
    """Whether the words close a matter."""
    return bool(AGREEMENT.search(text)) and not OPEN_ENDED.search(text)
