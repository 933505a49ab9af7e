"""What single parts cost, each beside a floor measured in the same run: `python -m loadtest.bench.NAME`."""
