"""The calls on what was seen of a meeting: its pictures, and the text of the page that it was held on.

Pictures of a page are whatever a stranger's page has shown. So they are served as what their first bytes said
they are and as nothing else, in a sandbox; what a browser would run as a document of its own (SVG) is a
download.
"""

from typing import Final

from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse, Response

from server.http.answers import json_answer
from server.http.filenames import content_disposition
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.recorder.images import MEDIA_TYPES
from server.store.picture_records import Picture, PictureKind, page_not_found, picture_not_found

EXTENSIONS: Final = {media_type: extension for extension, media_type in MEDIA_TYPES.items()}
"""By media type."""
SECURITY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
CACHED: Final = "private, max-age=3600"
"""A number always names the same bytes."""
LONGEST_NUMBER: Final = 9


class PicturesQuery(BaseModel):
    """Which pictures."""

    kind: PictureKind | None = Field(None, description="Only `slide` or only `page`.")


class PictureOut(BaseModel):
    """A picture. A `slide` was shown in the meeting from `at` on; a `page` one is an image of the page that
    the meeting was held on."""

    number: int = Field(examples=[1])
    kind: PictureKind = Field(examples=["slide"])
    at: float = Field(description="Seconds on the meeting's clock.", examples=[754.2])
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.", examples=[48_211])
    sha256: str = Field(
        description="Of the bytes, in hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    width: int | None = Field(description="Pixels; null where the page did not say.", examples=[1280])
    height: int | None = Field(examples=[720])
    title: str = Field(description="What the page says of it.", examples=[""])
    sources: list[str] = Field(description="Addresses at which it stood on the page.", examples=[[]])
    url: str = Field(examples=["/v1/meetings/mtg_3f9a/pictures/1"])

    @classmethod
    def of(cls, meeting_id: str, picture: Picture) -> "PictureOut":
        """From the store's record."""
        same = ("number", "kind", "media_type", "size", "sha256", "title")
        return cls(
            **{name: getattr(picture, name) for name in same},
            at=round(picture.at, 3),
            width=picture.width or None,
            height=picture.height or None,
            sources=list(picture.sources),
            url=f"/v1/meetings/{meeting_id}/pictures/{picture.number}",
        )


class PicturesOut(BaseModel):
    """All pictures of a meeting, by time."""

    data: list[PictureOut]
    not_kept: int = Field(
        description="How many more were seen, and left out: of slides 200 are kept, of 300 kB at the most, "
        "of images 300, of 10 MiB.",
        examples=[0],
    )


async def list_pictures(services: Services, call: Call) -> Response:
    """All of them, or those of a kind."""
    query: PicturesQuery = call.query
    meeting = await found_meeting(services, call)
    found = await services.pictures.of_meeting(meeting.id, query.kind)
    not_kept = await services.pictures.not_kept(meeting.id)
    out = PicturesOut(data=[PictureOut.of(meeting.id, one) for one in found], not_kept=not_kept)
    return json_answer(out)


async def get_picture(services: Services, call: Call) -> Response:
    """The bytes of one."""
    number = call.named("number", picture_not_found())
    if not (number.isdecimal() and len(number) <= LONGEST_NUMBER):
        raise picture_not_found()
    found = await services.pictures.get(call.meeting_id, int(number))
    if found is None:
        raise picture_not_found()
    picture, data = found
    extension = EXTENSIONS.get(picture.media_type, "bin")
    drawn = extension not in {"svg", "bin"}
    headers = {
        "Cache-Control": CACHED,
        "Content-Security-Policy": SECURITY,
        "Content-Disposition": content_disposition(
            f"{picture.kind}-{picture.number}", extension, "inline" if drawn else "attachment"
        ),
        "ETag": f'"{picture.sha256}"',
    }
    kind = picture.media_type if extension != "bin" else "application/octet-stream"
    return Response(data, headers=headers, media_type=kind)


async def get_page(services: Services, call: Call) -> Response:
    """The text of the page, with its chat."""
    meeting = await found_meeting(services, call)
    page = await services.pictures.page(meeting.id)
    if page is None:
        raise page_not_found()
    name = content_disposition(page.title, "txt", "inline", or_else="page")
    return PlainTextResponse(page.text.encode(errors="replace"), headers={"Content-Disposition": name})
