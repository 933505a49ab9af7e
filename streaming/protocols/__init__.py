"""Wire codecs: bytes and text of a peer to commands, events to text. Pure, one module a wire."""
