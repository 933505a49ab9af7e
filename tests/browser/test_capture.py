"""`steno capture` in real Chromium, over a site of our own: text in reading order, chat, images each once."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.recorder.images import kind_of
from tests.support.evalset import ROOT

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
GIF = bytes.fromhex("47494638396101000100800000ff00000000002c00000000010001000002024401003b")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Plan &amp; budget</title>
<body style="background-image: url('/paper.gif')">
<h1>Roadmap</h1><p>First   <b>line</b>,<br>second.</p>
<p style="display:none">not to be seen</p><p style="visibility:hidden">nor this</p>
<span aria-hidden="true">mic_off</span><script>"no script"</script>
<table><tr><td>Q3</td><td>12</td></tr><tr><td>Q4</td><td>15</td></tr></table>
<div id="host"></div>
<section role="log" aria-label="Chat"><p>Anna: hello</p><p>Boris: see https://example.org/x</p></section>
<img src="/chart.png" alt="Chart"><img src="/copy/of/..%2f..%2fchart.png?x=1" alt="Again">
<img src="data:image/gif;base64,R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=">
<img src="/page.png"><img src="/gone.png">
<canvas width="320" height="200" aria-label="Slide"></canvas>
<iframe src="/inner.html"></iframe><p>last</p>
<script>
  document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = "<p>in the shadow</p>";
  const drawing = document.querySelector("canvas").getContext("2d");
  drawing.fillStyle = "teal";
  drawing.fillRect(0, 0, 160, 200);
</script></body></html>"""
FILES: dict[str, tuple[str, bytes]] = {
    "/": ("text/html", PAGE.encode()),
    "/inner.html": ("text/html", b"<p>in the frame</p><img src='/chart.png'>"),
    "/paper.gif": ("image/gif", GIF),
    "/chart.png": ("image/png", PNG),
    "/copy/of/..%2f..%2fchart.png?x=1": ("image/png", PNG),
    "/page.png": ("image/png", b"<html>no image</html>"),
}


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Whatever stands in `FILES`."""
        kind, body = FILES.get(self.path, ("text/plain", b"Not found."))
        self.send_response(200 if self.path in FILES else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def capture(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server.cli.main", "capture", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.browser
def test_a_page_is_kept_in_a_folder(site: str, tmp_path: Path, chromium: str) -> None:
    assert chromium
    folder = tmp_path / "kept"
    told = capture(f"{site}/", "--out", str(folder))
    assert told.returncode == 0, told.stderr
    text = (folder / "text.txt").read_text("utf-8")
    paragraphs = [line for line in text.split("\n") if line]
    assert paragraphs == [
        *("Roadmap", "First line,", "second.", "Q3 12", "Q4 15", "in the shadow"),
        *("Anna: hello", "Boris: see https://example.org/x", "last", "in the frame"),
        *("--- chat ---", "Anna: hello", "Boris: see https://example.org/x"),
    ]
    index = json.loads((folder / "index.json").read_text("utf-8"))
    assert (index["title"], index["language"], index["url"]) == ("Plan & budget", "en", f"{site}/")
    assert index["whole"] is True
    by_source = {source.removeprefix(site): image for image in index["images"] for source in image["sources"]}
    chart = by_source["/chart.png"]
    assert chart["sources"] == [f"{site}/chart.png", f"{site}/copy/of/..%2f..%2fchart.png?x=1"]
    assert chart["alt"] == ["Chart", "Again"]
    assert (folder / chart["file"]).read_bytes() == PNG
    assert by_source["data:"] == by_source["/paper.gif"], "the same image, written out and loaded"
    assert (by_source["/#canvas"]["width"], by_source["/#canvas"]["alt"]) == (320, ["Slide"])
    assert by_source["/paper.gif"]["width"] == 1
    assert len(index["images"]) == 3
    for image in index["images"]:
        assert kind_of((folder / image["file"]).read_bytes()) is not None
    left_out = {one["source"].removeprefix(site) for one in index["left_out"]}
    assert left_out == {"/page.png", "/gone.png"}, "what is no image is none, whatever it is called"


@pytest.mark.browser
def test_what_cannot_be_kept_is_said(site: str, tmp_path: Path, chromium: str) -> None:
    assert chromium
    (tmp_path / "mine.txt").write_text("mine")
    for arguments, sentence in {
        (f"{site}/", "--out", str(tmp_path)): "is no empty folder",
        ("file:///etc/passwd", "--out", str(tmp_path / "x")): "begins with https:// or http://",
        (f"{site}/nothing", "--out", str(tmp_path / "x")): "The server answered 404.",
    }.items():
        told = capture(*arguments)
        assert told.returncode == 1
        assert sentence in " ".join(told.stderr.split())
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]
