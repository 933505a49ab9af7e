"""What those who run the server look at: health, metrics, the contract."""

import re
from typing import Any

from openapi_spec_validator import validate
from prometheus_client import Counter

from server.http.services import Check
from server.http.table import OPERATIONS, contract
from server.http.wires import OTHER_WIRES
from server.live.wires import WIRES
from tests.integration.http.conftest import Site


async def test_alive_and_ready(site: Site) -> None:
    async with site.client() as client:
        alive, ready = await client.get("/livez"), await client.get("/readyz")
    assert alive.json() == {"status": "ok", "version": "1.2.3"}
    assert ready.status_code == 200
    assert [check["name"] for check in ready.json()["checks"]] == ["model", "database"]


async def test_not_ready_says_why(site: Site) -> None:
    site.checks = [Check("model", False, "still warming up"), Check("database", True)]
    async with site.client() as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    body = answer.json()
    assert body["error"]["code"] == "not_ready"
    assert "model: still warming up" in body["error"]["message"]
    assert [check["ok"] for check in body["checks"]] == [False, True]


async def test_metrics_are_those_of_the_registry(site: Site) -> None:
    Counter("steno_test", "Counted.", registry=site.registry).inc(3)
    async with site.client() as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "steno_test_total 3.0" in answer.text


async def test_the_contract_is_valid_and_names_every_operation(site: Site) -> None:
    async with site.client() as client:
        document = (await client.get("/openapi.json")).json()
    validate(document)
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(operation.method, operation.path) for operation in OPERATIONS}
    assert document["x-websocket"][0]["path"] == "/v1/stream"


def test_the_contract_names_every_wire() -> None:
    document = contract("0")
    named = {row["path"] for row in (*document["x-wires"], *document["x-websocket"])}
    spoken = {wire.path.removesuffix("/{language}").removesuffix("/") for wire in WIRES}
    assert named == spoken


def test_every_reference_of_the_contract_leads_somewhere() -> None:
    document = contract("0")
    names = [item["operationId"] for methods in document["paths"].values() for item in methods.values()]
    assert len(names) == len(set(names))
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    return [found for item in value for found in _references(item)] if isinstance(value, list) else []


async def test_the_page_of_the_contract_needs_nothing_else(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/docs")
    assert answer.status_code == 200
    page = answer.text
    assert "<script" not in page
    assert "src=" not in page
    for operation in OPERATIONS:
        assert operation.path in page
    navigation, rest = page.partition("<nav")[2].split("</nav>")
    linked = re.findall(r'href="#([^"]+)"', navigation)
    sections = re.findall(r'<section id="([^"]+)"', rest)
    assert len(linked) == len(set(linked))
    assert set(linked) <= set(sections)
    assert {name for name in sections if name.startswith("ws")} <= set(linked), "a wire that is not linked"
    for wire in ({"path": "/v1/stream"}, *OTHER_WIRES):
        assert f">WS {wire['path']}</a>" in navigation
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_head_is_answered_like_get_without_a_body(site: Site) -> None:
    name = await site.live_meeting()
    async with site.client() as client:
        for path in ("/livez", f"/v1/meetings/{name}", f"/v1/meetings/{name}/captions"):
            answer = await client.head(path)
            assert (answer.status_code, answer.content) == (200, b"")
