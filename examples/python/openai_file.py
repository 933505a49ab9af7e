"""A recording through OpenAI's own client: python openai_file.py talk.mp3 [address] [key]

Needs `pip install openai`. Nothing but the address is Steno's.
"""

import sys
from pathlib import Path

from openai import OpenAI


def main(path: str, address: str = "http://127.0.0.1:8080", key: str = "none") -> None:
    """Print the text, and when each sentence begins."""
    client = OpenAI(base_url=f"{address}/v1", api_key=key)
    heard = client.audio.transcriptions.create(
        model="whisper-1", file=Path(path), response_format="verbose_json"
    )
    for segment in heard.segments or ():
        print(f"{segment.start:7.2f}  {segment.text.strip()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
