"""OpenAI's API over the same recognition: its Realtime wire, its forms with recordings, its answers."""
