"""What is wrong with data from outside, in few words: the first fault that its model found. Pure."""

from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """Its place and what is wrong there, as `sections.0.key: Field required`."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "the document"
    return f"{place}: {first['msg']}"
