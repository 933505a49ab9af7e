"""The lock files name what pyproject.toml asks for, with hashes and without any address."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.architecture.source import ROOMS
from tests.support.evalset import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-weights.lock")
REMEDY = "run: make lock"


def locked(name: str) -> dict[str, list[Requirement]]:
    """The requirements of a lock file by name; one name may stand once for each Python version."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    found: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            requirement = Requirement(line.split(" --hash=", 1)[0])
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def version_of(pin: Requirement) -> str:
    """The one version of a locked requirement."""
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return specifier.version


def unmet(wanted: list[str], lock: str) -> list[str]:
    """Requirements that a lock file does not name, or names in a version that they exclude."""
    have = locked(lock)
    missing = []
    for want in map(Requirement, wanted):
        pins = have.get(canonicalize_name(want.name), [])
        if not pins or not all(want.specifier.contains(version_of(pin)) for pin in pins):
            missing.append(str(want))
    return missing


def test_what_steno_needs_is_locked() -> None:
    tables = project()
    runtime = tables["project"]["dependencies"] + tables["dependency-groups"]["build"]
    development = [item for item in tables["dependency-groups"]["dev"] if isinstance(item, str)]
    assert unmet(runtime, "requirements.lock") == [], REMEDY
    assert unmet(runtime + development, "requirements-dev.lock") == [], REMEDY
    assert unmet(tables["dependency-groups"]["weights"], "requirements-weights.lock") == [], REMEDY


def test_the_development_lock_holds_the_runtime_one() -> None:
    # By versions: what the server needs on one platform alone, a tool may need on all.
    development = {name: set(map(version_of, pins)) for name, pins in locked("requirements-dev.lock").items()}
    runtime = {name: set(map(version_of, pins)) for name, pins in locked("requirements.lock").items()}
    assert {name for name in runtime if development.get(name) != runtime[name]} == set(), REMEDY


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert [line for line in lines if "--hash=sha256:" not in line] == []
    assert not re.search(r"://| @ |^-", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_brings_gigabytes_for_a_gpu(lock: str) -> None:
    assert [name for name in locked(lock) if re.match(r"torch|nvidia|cuda|triton", name)] == []


def test_the_image_holds_every_room() -> None:
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(wheel) == set(ROOMS)
    assert {f"!{room}" for room in ROOMS} <= set(kept)
