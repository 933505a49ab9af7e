"""The operations on ingests."""

from server.http import ingests
from server.http.models_ingests import IngestBody, IngestList, IngestOut
from server.http.operations import NO_MEETING, Answer, Operation

_PATH = "/v1/meetings/{meeting_id}/ingest"
_ONE = f"{_PATH}/{{ingest_id}}"
_TAG = "ingest"
_NO_INGEST = {404: f"{NO_MEETING[404]} `ingest_not_found`: the meeting has no ingest with this id."}

INGESTS: tuple[Operation, ...] = (
    Operation(
        "POST",
        _PATH,
        ingests.create_ingest,
        "ingest",
        "Hear a stream from where it is broadcast",
        "Live HLS, a container over HTTP or RTSP is fetched from `url`; with `listen` the answer names the "
        "address to send to: one encoder of RTMP, one RTSP client that records, or one POST. The stream is "
        "heard as any live one. A source that is lost is tried again for five minutes, and what it sent "
        "meanwhile is a `gap`; it survives a restart of the server. Addresses of this machine and of private "
        "networks are refused, also where a redirect or a playlist leads there.",
        tag=_TAG,
        body=IngestBody,
        answers={202: Answer("The ingest, which is connected to meanwhile.", IngestOut)},
        errors={
            400: "`address_refused`: the address has another scheme, or leads to where nothing may go. "
            "`language_not_supported`: the model does not know a language.",
            **NO_MEETING,
            429: "`too_many_streams`: the key has as many streams as it may. `too_many_requests`.",
            503: "`too_many_ingests`, `no_port`: the server has as many as it takes. Or it is overloaded.",
        },
    ),
    Operation(
        "GET",
        _PATH,
        ingests.list_ingests,
        "ingest",
        "List the ingests of a meeting",
        tag=_TAG,
        answers={200: Answer("The newest 100.", IngestList)},
        errors=NO_MEETING,
    ),
    Operation(
        "GET",
        _ONE,
        ingests.get_ingest,
        "ingest",
        "Read how far an ingest is",
        "`connecting` until the first sound, then `live`; `waiting` to be connected to again, the reason is "
        "in `error`; `ended`, or `failed` with the reason.",
        tag=_TAG,
        answers={200: Answer("The ingest.", IngestOut)},
        errors=_NO_INGEST,
    ),
    Operation(
        "DELETE",
        _ONE,
        ingests.stop_ingest,
        "ingest",
        "End an ingest",
        "What was heard so far stays with the meeting, which then ends. One that is over stays as it is.",
        tag=_TAG,
        answers={202: Answer("The ingest, which ends as soon as what was said is stored.", IngestOut)},
        errors=_NO_INGEST,
    ),
)
