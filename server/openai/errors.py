"""Errors as OpenAI's clients read them, on the addresses of its API alone."""

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from server.http.errors import error_response
from streaming.errors import StenoError

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


def refusal(error: StenoError, connection: HTTPConnection, param: str | None = None) -> JSONResponse:
    """The response for an error; `param` is the field at fault."""
    plain = error_response(error, connection)
    body = {"message": error.message, "type": kind(error.status), "param": param, "code": error.code}
    headers = {name: value for name, value in plain.headers.items() if not name.startswith("content-")}
    return JSONResponse({"error": body}, plain.status_code, headers)


def kind(status: int) -> str:
    """The type of an error by its status."""
    return _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
