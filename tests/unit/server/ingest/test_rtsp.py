"""What passes between a peer and FFmpeg has one reading only, and leads nowhere else."""

import pytest

from server.ingest.child.rtsp import RtspError, RtspFilter, no_redirect

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nv=0"
FRAME = b"$\x00\x00\x0c" + b"\x80" * 12


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_answers_and_frames_pass_however_they_are_cut(size: int) -> None:
    filtering, data = RtspFilter(no_redirect), ANSWER + FRAME + FRAME + ANSWER
    passed = b"".join(filtering.feed(data[at : at + size]) for at in range(0, len(data), size))
    assert passed == data


def test_a_frame_that_ffmpeg_would_take_for_a_message_is_left_out() -> None:
    assert RtspFilter(no_redirect).feed(b"$\x00\x00\x07RTSP/1." + ANSWER) == ANSWER


@pytest.mark.parametrize(
    "data",
    [
        b"RTSP/1.0 302 Moved\r\nLocation: rtsp://10.0.0.1/\r\n\r\n",
        b"RTSP/1.0  301  Moved\r\nCSeq: 1\r\n\r\n",
        b"RTSP/1.0 3\r02 Moved\r\nCSeq: 1\r\n\r\n",
        b"RTSP/1.0 0302 Moved\r\nCSeq: 1\r\n\r\n",
        b"RTSP/1.0 OK\r\nCSeq: 1\r\n\r\n",
        b"REDIRECT rtsp://x/ RTSP/1.0\r\nLocation: rtsp://10.0.0.1/\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nA: b\nRTSP/1.0 302 x\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n$\0\0\0: x\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nno field\r\n\r\n",
        b"\r\n\r\nRTSP/1.0 302 x\r\n\r\n",
        b"x" * 20_000,
    ],
)
def test_what_leads_elsewhere_or_has_two_readings_ends_the_connection(data: bytes) -> None:
    with pytest.raises(RtspError):
        RtspFilter(no_redirect).feed(data)
