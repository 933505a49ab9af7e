"""Whether a server stays what it was over hours of audio and hundreds of rude clients."""
