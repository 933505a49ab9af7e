"""One live session as plain Python: audio and the time go in, events and decode requests come out."""
