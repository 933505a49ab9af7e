"""Receives Steno's webhooks and checks their signatures: python webhook_receiver.py SECRET [port]

Needs `pip install standardwebhooks`. `POST /v1/webhooks {"url": …, "events": […]}` shows the secret once.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

MOST_BYTES = 1 << 20
"""Events are far smaller; whoever sends more is not Steno."""
SECONDS = 10
"""So long a sender may be silent."""


def serve(secret: str, port: int) -> None:
    """Print the type of each event that is genuine, and refuse the others."""
    verifier = Webhook(secret)

    class Receiver(BaseHTTPRequestHandler):
        timeout = SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self.send_error(413 if length.isdecimal() else 411)
                return
            body = self.rfile.read(int(length))
            try:
                verifier.verify(body, dict(self.headers.items()))
            except WebhookVerificationError:
                self.send_response(400)
            else:
                print(json.loads(body)["type"], flush=True)
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing of each request."""

    server = HTTPServer(("127.0.0.1", port), Receiver)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8081)
