"""The `steno` command."""

import os

# Features are small products of matrices, and the model has threads of its own: a pool of OpenBLAS would only
# take the cores from it while it spins. It is read once, when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
