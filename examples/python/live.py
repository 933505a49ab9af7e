"""Live captions from a WAV file, as fast as it is spoken: python live.py talk.wav [address] [key]

Needs `pip install websockets`. `text` is settled and only grows; `pending` may still change.
"""

import asyncio
import json
import sys
import wave

from websockets.asyncio.client import ClientConnection, connect


async def send(socket: ClientConnection, path: str) -> None:
    """Send 16-bit mono in pieces of a tenth of a second."""
    with wave.open(path) as audio:
        rate = audio.getframerate()
        start = {"type": "start", "audio": {"encoding": "pcm_s16le", "sample_rate": rate}, "title": path}
        await socket.send(json.dumps(start))
        while chunk := audio.readframes(rate // 10):
            await socket.send(chunk)
            await asyncio.sleep(0.1)
    await socket.send(json.dumps({"type": "stop"}))


async def main(path: str, address: str = "ws://127.0.0.1:8080", key: str = "") -> None:
    """Print each caption as it settles, and what became of every second at the end."""
    headers = {"Authorization": f"Bearer {key}"} if key else None
    async with (
        connect(f"{address}/v1/stream", additional_headers=headers) as socket,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(send(socket, path))
        async for message in socket:
            event = json.loads(message)
            if event["type"] == "caption" and event["final"]:
                print(f"{event['start']:7.2f}  {event['text']}")
            elif event["type"] == "ended":
                print(json.dumps(event["coverage"]))
            elif event["type"] == "error":
                told = f"{event['code']}: {event['message']}"
                if event["fatal"]:
                    raise SystemExit(told)
                print(told, file=sys.stderr)  # The stream goes on.


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
