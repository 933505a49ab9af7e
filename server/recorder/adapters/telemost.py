"""Yandex Telemost, as a guest. Its pages are Russian or English by the browser's language, and Russian where
they do not care. Not run against the live service."""

from typing import Final

from server.recorder.adapters.lobby import Lobby, Signs, Steps

SIGNS: Final = Signs(
    inside='button[aria-label^="Leave" i], button[aria-label^="Выйти" i], button[title^="Выйти" i], '
    '[data-testid="leave-button"], [data-testid="end-call-alt-button"]',
    tile='[data-testid="participant"], [data-participant], [role="figure"][aria-label]',
    label='[data-testid="participant-name"], [class*="participantName" i]',
    entry='[data-testid="participants-list-item"]',
    entryLabel='[data-testid="participant-name"]',
    self='[data-self="true"], [data-local="true"]',
    speaking='[data-speaking="true"], [aria-label*="speaking" i], [aria-label*="говорит" i]',
    signIn=r"^https://passport\.yandex\.",
    said=(
        ("ended", "removed", r"вас удалили|you(’|')?ve been removed|were removed from the meeting"),
        ("denied", "denied", r"вам отказали|организатор отклонил|request (was )?(declined|denied)"),
        (
            "denied",
            "meeting_not_found",
            r"встреч[аи] не (найдена|существует)|ссылка недействительна|"
            r"meeting (was )?not found|link is (invalid|not valid)",
        ),
        ("denied", "sign_in_needed", r"только для (сотрудников|авторизованных)|войдите,? чтобы"),
        ("denied", "challenged", r"вы не робот|not a robot"),
        ("ended", "meeting_ended", r"встреча (завершена|закончилась|окончена)|(meeting|call) (has )?ended"),
        ("ended", None, r"вы (вышли|покинули)|you(’|')?ve? left the meeting"),
        ("waiting_room", None, r"впустит|ожида(йте|ние)|let you in|waiting room|wait for the"),
    ),
)
STEPS: Final = Steps(
    openers=(
        "role=button[name=/(продолжить|подключиться) в браузере|continue in (the )?browser/i]",
        "role=button[name=/^(понятно|got it|продолжить без|continue without)/i]",
    ),
    off=(
        'button[aria-label^="Выключить микрофон" i]',
        'button[aria-label^="Turn off microphone" i]',
        'button[aria-label^="Выключить камеру" i]',
        'button[aria-label^="Turn off camera" i]',
    ),
    field=("role=textbox[name=/имя|name/i]", 'input[name="name"]'),
    join=("role=button[name=/^(подключиться|присоединиться|войти|join|connect)$/i]",),
    leave=(
        '[data-testid="leave-button"]',
        '[data-testid="end-call-alt-button"]',
        "role=button[name=/^(выйти|leave)/i]",
    ),
)


class Telemost(Lobby):
    """telemost.yandex.ru."""

    def __init__(self) -> None:
        super().__init__("telemost", SIGNS, STEPS, mixed=False)
