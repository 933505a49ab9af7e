"""SberJazz (SaluteJazz), as a guest. Its pages are Russian, or English by the browser's language. Not run
against the live service."""

from typing import Final

from server.recorder.adapters.lobby import Lobby, Signs, Steps

SIGNS: Final = Signs(
    inside='[data-testid="leave-conference"], button[aria-label^="Покинуть" i], '
    'button[aria-label^="Завершить" i], button[aria-label^="Leave" i]',
    tile='[data-testid="participant-tile"], [data-participant-id], [role="listitem"][aria-label]',
    label='[data-testid="participant-name"], [class*="participantName" i]',
    entry='[data-testid="participants-item"]',
    entryLabel='[data-testid="participant-name"]',
    self='[data-local="true"], [data-self="true"]',
    speaking='[data-speaking="true"], [data-dominant="true"], [aria-label*="говорит" i]',
    signIn=r"^https://(id|login)\.(sber|salute)\w*\.ru/",
    said=(
        ("ended", "removed", r"вас удалили|вы были удалены|you(’|')?ve been removed|were removed"),
        ("denied", "denied", r"отклонил ваш|вам отказано|доступ запрещ|request (was )?(declined|denied)"),
        (
            "denied",
            "password_needed",
            r"неверный (пароль|код)|введите (пароль|код)|(wrong|enter the) (password|code)",
        ),
        (
            "denied",
            "meeting_not_found",
            r"(комната|встреча|видеовстреча) не найдена|(room|meeting) (was )?not found",
        ),
        (
            "denied",
            "sign_in_needed",
            r"только для (сотрудников|авторизованных)|войдите,? чтобы|sign in to join",
        ),
        ("denied", "challenged", r"вы не робот|not a robot"),
        ("ended", "meeting_ended", r"(видео)?встреча (завершена|окончена)|(meeting|call) (has )?ended"),
        ("ended", None, r"вы (вышли|покинули)|you(’|')?ve? left the (meeting|call)"),
        ("waiting_room", None, r"ожида(йте|ния)|впустит|let you in|waiting room|wait for the host"),
    ),
)
STEPS: Final = Steps(
    openers=(
        "role=button[name=/(войти|продолжить) (в|через) браузер|(join|continue) in (the )?browser/i]",
        "role=button[name=/^(понятно|ок|got it|продолжить без|continue without)/i]",
    ),
    off=(
        'button[aria-label^="Выключить микрофон" i]',
        'button[aria-label^="Turn off microphone" i]',
        'button[aria-label^="Выключить камеру" i]',
        'button[aria-label^="Turn off camera" i]',
    ),
    field=("role=textbox[name=/имя|name/i]", 'input[name="name"]'),
    join=("role=button[name=/^(присоединиться|подключиться|войти|join)( к встрече| now)?$/i]",),
    leave=('[data-testid="leave-conference"]', "role=button[name=/^(покинуть|завершить|выйти|leave)/i]"),
)


class SberJazz(Lobby):
    """jazz.sber.ru and salutejazz.ru."""

    def __init__(self) -> None:
        super().__init__("sber_jazz", SIGNS, STEPS, mixed=False)
