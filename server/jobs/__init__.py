"""Durable work: what a meeting's end leaves to do, done once, on whichever node lives."""
