"""What is said to clients whose tests need one utterance or two: `recordings.sentence`."""

from typing import Final

SENTENCE: Final = "Good morning, everyone. Thanks for joining."
SECONDS: Final = 3.1
WAIT: Final = 60.0
"""Seconds that a client waits for what it expects, however busy the machine is."""
