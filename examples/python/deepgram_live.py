"""Live speech through Deepgram's own client: python deepgram_live.py talk.wav [address] [key]

Needs `pip install deepgram-sdk`. The file is 16-bit mono; nothing but the addresses is Steno's.
"""

import asyncio
import sys
import wave
from typing import Any

from deepgram import AsyncDeepgramClient
from deepgram.core.events import EventType
from deepgram.environment import DeepgramClientEnvironment


def show(message: Any) -> None:
    """Print what is final."""
    if message.type == "Results" and message.is_final and message.channel.alternatives[0].transcript:
        print(f"{message.start:7.2f}  {message.channel.alternatives[0].transcript}")


async def main(path: str, address: str = "http://127.0.0.1:8080", key: str = "none") -> None:
    """Send the file in pieces and print the results."""
    sockets = address.replace("http", "ws", 1)
    here = DeepgramClientEnvironment(base=address, production=sockets, agent=sockets, agent_rest=address)
    client = AsyncDeepgramClient(api_key=key, environment=here)
    with wave.open(path) as audio:
        rate, data = audio.getframerate(), audio.readframes(audio.getnframes())
    options = {"encoding": "linear16", "sample_rate": rate, "smart_format": True}
    async with client.listen.v1.connect(model="nova-3", **options) as socket:
        socket.on(EventType.MESSAGE, show)
        listening = asyncio.create_task(socket.start_listening())
        for at in range(0, len(data), rate // 5):
            await socket.send_media(data[at : at + rate // 5])
        await socket.send_close_stream()
        await listening


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
