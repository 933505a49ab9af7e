"""Of a master playlist one playlist is heard: the one with the least beside its sound."""

import pytest

from server.ingest.child.playlist import is_over, is_playlist, sound_of

BASE = "https://example.org/tv/master.m3u8"
VIDEO = '#EXT-X-STREAM-INF:BANDWIDTH={0},CODECS="avc1.4d401f,mp4a.40.2"\n{0}.m3u8\n'
APART = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",DEFAULT={0},URI="{1}"\n'


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("#EXTINF:4,\n1.ts\n", None),
        (VIDEO.format(900) + VIDEO.format(300), "https://example.org/tv/300.m3u8"),
        (
            VIDEO.format(300) + '#EXT-X-STREAM-INF:BANDWIDTH=400,CODECS="mp4a.40.2"\n/a.m3u8',
            "https://example.org/a.m3u8",
        ),
        (
            APART.format("NO", "ru.m3u8") + APART.format("YES", "en.m3u8") + VIDEO.format(300),
            "https://example.org/tv/en.m3u8",
        ),
        ("#EXT-X-STREAM-INF:\nhttp://other.example/x.m3u8\n", "http://other.example/x.m3u8"),
    ],
)
def test_the_sound_is_found(lines: str, found: str | None) -> None:
    assert sound_of(f"#EXTM3U\n{lines}", BASE) == found


def test_a_playlist_and_its_end_are_known() -> None:
    assert is_playlist(b"#EXTM3U\n")
    assert is_playlist(b"\xef\xbb\xbf#EXTM3U")
    assert not is_playlist(b"RIFF")
    assert is_over("#EXTM3U\r\n#EXT-X-ENDLIST\r\n")
    assert not is_over("#EXTM3U\n#EXTINF:1,#EXT-X-ENDLIST\n")
