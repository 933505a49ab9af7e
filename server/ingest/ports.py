"""The ports at which encoders and cameras may connect: a few, so that a firewall can be opened for them."""

import socket
from typing import Final

from streaming.errors import Overloaded

PORTS: Final = range(19_350, 19_382)


class Ports:
    """Those of one address."""

    def __init__(self, host: str, ports: range = PORTS) -> None:
        self._host = host
        self._ports = ports

    def take(self, wanted: int | None = None) -> socket.socket:
        """A listening socket at a free port, at `wanted` if that is free. Raises `Overloaded` `no_port`."""
        for port in (*(() if wanted is None else (wanted,)), *self._ports):
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            one = socket.socket(family)
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind((self._host, port))
                one.listen(2)
            except OSError:
                one.close()
            else:
                return one
        raise Overloaded("All ports for senders are in use.", 30.0, "no_port")
