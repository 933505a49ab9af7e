"""Glances at pictures that are made here, and pictures as a browser sends them."""

import base64
import io
from typing import Any

import av
import numpy as np

from server.recorder.glance import CELLS, Glance, Grey


def grey(value: int, **others: int) -> Grey:
    """Cells of one brightness, but for the first `count` ones, which have `other`."""
    cells = np.full(CELLS, value, np.uint8)
    cells[: others.get("count", 0)] = others.get("other", value)
    return cells


def glance(smooth: Grey, at: float, key: str = "a-1", sharp: Grey | None = None) -> Glance:
    """A glance whose pixels are its means, unless they are given."""
    return Glance(key, at, smooth, smooth if sharp is None else sharp)


def noise(seed: int) -> Grey:
    """Pixels of noise."""
    return np.random.default_rng(seed).integers(0, 256, CELLS, np.uint8)


def a_jpeg(width: int = 640, height: int = 360) -> bytes:
    """A grey picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        picture = av.VideoFrame.from_ndarray(np.full((height, width, 3), 90, np.uint8), format="rgb24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue()


def text(raw: bytes) -> str:
    """Base64."""
    return base64.b64encode(raw).decode()


def sent(value: int = 90, **more: Any) -> dict[str, Any]:
    """What the page's script sends of a grey picture."""
    cells = text(grey(value).tobytes())
    return {"key": "a-1", "at": 2_000.0, "smooth": cells, "sharp": cells} | more
