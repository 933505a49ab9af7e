"""The `steno` command: one function a subcommand, each in a module of its own."""

import typer

from server.cli.bench import bench
from server.cli.bot import bot
from server.cli.capture import capture
from server.cli.demo import demo
from server.cli.doctor import doctor
from server.cli.ingest import ingest
from server.cli.jobs import jobs
from server.cli.keys import keys
from server.cli.report import report
from server.cli.report_eval import report_eval
from server.cli.serve import serve
from server.cli.soak import soak
from server.cli.stream import stream
from server.cli.summarize import summarize
from server.cli.transcribe import transcribe
from server.cli.upload import upload

app = typer.Typer(
    name="steno",
    help="Streaming real-time transcription of meetings.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    *(serve, demo, stream, transcribe, upload, bot, capture, ingest),
    *(report, summarize, report_eval, doctor, bench, soak),
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(jobs, name="jobs")
app.add_typer(keys, name="keys")


if __name__ == "__main__":
    app()
