"""Phrases by which people promise, ask, agree and refuse, Russian and English.

In: one sentence or line. Out: yes or no. The cues are strict: they find few of the promises, and
what they find is mostly one. They never say that something was decided.
"""

import re

from summarizer.words import sentences

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
    r"we(?:'ll)? (?:close|stay|keep|start|move|use|take|go)|"
    r"makes sense|sounds good|then we|we launch|I like that|we will go|deal)\b"
    r"|\b(?:решаем|решили|решено|решим|договорились|согласен|согласна|согласны|утверждаем|утвердили|принято|"
    r"фиксируем|зафиксировали|не возражаю|давайте так|берём|за тобой|за вами|за мной|возьму|тогда делай|"
    r"пусть)\b",
    re.IGNORECASE,
)
_SETTLES = re.compile(
    r"^\W*then\b|^\W*(?:perfect|great|good|okay|fine|right),? so\b|\b(?:\w+) it is\W*$"
    r"|\bwe(?:'re| are|'ll| will)? (?:not )?(?:leav|keep|stay|clos|launch|tak|mov|stop|start|drop|skip|us|"
    r"book|buy|wait|send|do)(?:e|es|ing)?\b"
    r"|^\W*(?:тогда|значит)\b|\b(?!сам|всем|чем|тем)\w+(?:[аяуы]ем|ждём|берём)\b",
    re.IGNORECASE,
)
_WEIGHS = re.compile(
    r"\?|\b(?:could|should|would|might|may|maybe|perhaps|if|can|need|think|probably|"
    r"бы|можно|можем|могли|может|если|нужно|надо|думаю|наверное|предлагаю)\b|['’]d\b",
    re.IGNORECASE,
)

OPEN_ENDED = re.compile(
    r"\b(?:leave it open|not decid(?:ed|ing)|decide later|no decision|come back to (?:it|this))\b"
    r"|\bничего не решаем\b|\bне решили\b|\bвернёмся к этому\b",
    re.IGNORECASE,
)
ASSENT = re.compile(
    r"^\W*(?:yes|that['’]s right|yeah|sure|ok(?:ay)?|will do|fine|of course|right|"
    r"да|хорошо|ок|конечно|сделаю|ладно|принято|"
    r"подготовлю|договорились)\b",
    re.IGNORECASE,
)
FIRST_PERSON = re.compile(
    rf"\bI(?:'ll| will| can have| am going to|'m going to| take)\b|\bwe will need\b|{PROMISE.pattern}"
    r"|\bза мной\b|\bмогу\b",
    re.IGNORECASE,
)
TAKES_IT_ON = re.compile(
    rf"{FIRST_PERSON.pattern}|\bI(?: can| have to| need to)\b|\blet me\b"
    # The first person of Russian verbs, in whatever place of the sentence.
    r"|\b(?!неделю|среду|встречу|землю|(?:зна|дума|счита|понима|предлага)ю|помню|надеюсь|боюсь|вижу|слышу)"
    r"\w{2,}(?:[аяеую]ю|[лнр]ю|[аеиоыя]шу|[аеиоу]жу|[еиоу]чу|ьму|[ей]ду|[ую]сь)\b",
    re.IGNORECASE,
)
"""What somebody may say who takes a task on: wider than `FIRST_PERSON`, to test a name that was given."""

TAKES_IT_UP = re.compile(
    r"^\W*(?:great|lovely|perfect|excellent|good|fine|sure|agreed|yes|yeah|ok(?:ay)?|all right|no problem|"
    r"will do|отлично|прекрасно|супер|хорошо|ладно|да|конечно|договорились|принято|решено|сделаю|спасибо)\b",
    re.IGNORECASE,
)
"""How an answer begins that takes a proposal up."""

TURNS_IT_DOWN = re.compile(
    r"^\W*(?:no(?! problem| objection)|nope|not really|hmm|I don['’]t (?:know|think so)|"
    r"нет|не знаю|не думаю|вряд ли)\b",
    re.IGNORECASE,
)
"""How an answer begins that does not."""

NEGATION = re.compile(
    r"\b(?:not(?! only| (?:less|more|later) than)|no(?! less| more than| later than)|never|none|nobody|"
    r"cannot|without|neither|nor)\b|n['’]t\b"
    r"|\b(?:не(?! только| меньше| менее| больше| более| позже| позднее| ранее)|нет|ни|никогда|никто|нельзя|"
    r"без)\b",
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
    """Whether the words close a matter, or say what "we" do without asking or weighing."""
    if OPEN_ENDED.search(text):
        return False
    return bool(AGREEMENT.search(text)) or any(
        _SETTLES.search(sentence) and not _WEIGHS.search(sentence) for sentence in sentences(text)
    )
