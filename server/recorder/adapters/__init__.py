"""The services of meetings that bots know, one small file each. See `server.recorder.adapter`."""
