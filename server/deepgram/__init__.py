"""Deepgram's API at the edge: its live wire's handshake, recordings, and temporary tokens."""
