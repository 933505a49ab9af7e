"""Times that callers name, as types of fields: aware and in UTC, within what the database holds."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator


def _written(given: object) -> object:
    """As the contract writes it: a bare number, which would be taken for seconds, is none."""
    bare = isinstance(given, str) and given.replace(".", "").lstrip("+-").isdigit()
    if bare or isinstance(given, int | float):
        raise ValueError("must be written as RFC 3339 says, such as 2026-11-26")
    return given


def _in_utc(given: datetime) -> datetime:
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time of the years 1 to 9999 in UTC") from None


def _moment(given: datetime) -> datetime:
    """In UTC, which a time without a zone is taken for."""
    try:
        moment = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time from 1970 to 2999") from None
    if not 1970 <= moment.year < 3000:
        raise ValueError("must be a time from 1970 to 2999")
    return moment


Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_moment)]
Zoned = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
"""One that must say its zone, whatever its year."""
Day = Annotated[date, BeforeValidator(_written)]
