"""The languages that Whisper knows, by the codes that its tokenizer uses (ISO 639-1, else 639-3).

Source: the multilingual tokenizer of Whisper large-v3; smaller models lack `yue`.
"""

LANGUAGES = frozenset(
    """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu
    hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt
    ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh
    """.split()  # noqa: SIM905 (a table of codes reads better than a column of a hundred lines)
)

_OTHER_NAMES = {"cmn": "zh", "fil": "tl", "in": "id", "iw": "he", "nb": "no", "zho": "zh"}
"""Codes that other services use for languages which Whisper knows by another code."""


def whisper_code(tag: str) -> str:
    """The language of a tag such as `en-US`, `pt_br` or `cmn` (BCP 47), by the code that Whisper uses."""
    primary = tag.replace("_", "-").partition("-")[0].lower()
    return _OTHER_NAMES.get(primary, primary)
