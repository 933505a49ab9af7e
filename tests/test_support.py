"""The tests' own ground: leaked tasks and skips are caught, and the reference recordings are read."""

import json
from pathlib import Path

import pytest

from tests.support import evalset, skips

CONFTEST = Path(__file__).with_name("conftest.py").read_text("utf-8")


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with this project's conftest, run in a pytest of its own."""
    monkeypatch.setenv("PYTHONPATH", str(evalset.ROOT))
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    pytester.makeconftest(CONFTEST)
    return pytester


def test_a_task_that_outlives_its_test_fails_it(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import asyncio
        async def test_leaks():
            asyncio.get_running_loop().leaky = asyncio.ensure_future(asyncio.Event().wait())
        """
    )
    result = inner.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*tasks outlived the test: Task-*"])


def test_tasks_that_end_or_belong_to_a_fixture_are_no_leak(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import asyncio, pytest
        @pytest.fixture
        async def server():
            task = asyncio.ensure_future(asyncio.Event().wait())
            yield
            task.cancel()
        async def test_uses_a_server(server):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(asyncio.sleep(0))
        def test_is_not_async():
            pass
        """
    )
    inner.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


SKIPPING = """
    import pytest
    def test_missing():
        pytest.skip("no Chromium")
    @pytest.mark.skip(reason="not yet")
    def test_marked():
        pass
    def test_allowed():
        pytest.skip("allowed: no recordings")
    @pytest.mark.xfail(reason="known")
    def test_expected():
        assert False
"""


def test_a_skip_stays_one_on_a_developer_machine(inner: pytest.Pytester) -> None:
    inner.makepyfile(SKIPPING)
    inner.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(skipped=3, xfailed=1)


def test_a_skip_fails_in_continuous_integration(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    inner.makepyfile(SKIPPING)
    result = inner.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1, errors=1, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(["*nothing may be skipped*no Chromium*"])


def test_a_skipped_module_fails_in_continuous_integration(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    inner.makepyfile("import pytest\npytest.importorskip('no_such_module_here')")
    result = inner.runpytest_subprocess("-p", "no:cacheprovider")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*nothing may be skipped*no_such_module_here*"])


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("1", True), ("", False), ("false", False), ("0", False)]
)
def test_ci_is_what_the_variable_says(value: str, expected: bool) -> None:
    assert skips.required({"CI": value}) is expected
    assert skips.required({}) is False


def test_the_manifest_is_read_row_by_row(tmp_path: Path) -> None:
    row = {
        "file": "en/a.flac", "seconds": 1.5, "sample_rate": 8000, "channels": 1, "codec": "flac",
        "language": "en", "kind": "speech", "reference": "hello", "doubtful": "no", "licence": "CC0",
    }  # fmt: skip
    root = tmp_path / "repository"
    (tmp_path / "shared" / "eval").mkdir(parents=True)
    (tmp_path / "shared" / "eval" / "manifest.jsonl").write_text(json.dumps(row) + "\n\n")
    folder = evalset.find_shared(root)
    assert folder is not None
    (recording,) = evalset.read_manifest(folder)
    assert recording.path == folder / "eval" / "en" / "a.flac"
    assert recording.scored
    assert recording.extra == {"licence": "CC0"}
    assert recording.beside(".stm").name == "a.stm"


def test_a_missing_folder_is_none(tmp_path: Path) -> None:
    assert evalset.find_shared(tmp_path / "repository") is None


def test_the_real_recordings_are_where_the_manifest_says(
    eval_manifest: tuple[evalset.Recording, ...],
) -> None:
    assert any(recording.scored for recording in eval_manifest)
    assert [recording.file for recording in eval_manifest if not recording.path.is_file()] == []
