"""The contract as a page for people: static HTML made from the OpenAPI document.

In: the document. Out: one page without scripts and without anything fetched from elsewhere; its one style
sheet is allowed by its hash. Reads well on a phone, in the dark, on paper and with a screen reader.
"""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --accent: light-dark(#0b57d0, #8ab4f8); }
body { font: 1rem/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
a { color: var(--accent); }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
code { background: var(--soft); border-radius: 0.25rem; overflow-wrap: anywhere; padding: 0.1em 0.3em; }
section { border-top: 1px solid var(--line); margin-top: 2rem; }
h3 code { background: none; padding: 0; }
nav ul { columns: 18rem; list-style: none; padding: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; width: 100%; }
caption { font-weight: 600; padding: 0.25rem 0; text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.75rem 0.35rem 0; }
th, td { text-align: left; vertical-align: top; }
:target { scroll-margin-top: 1rem; }
""".strip()

_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    info = document["info"]
    parts = [f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>"]
    parts += [f"<p>{_text(paragraph)}</p>" for paragraph in info["description"].split("\n\n")]
    parts.append(_navigation(document))
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['description'])}</h2>")
        parts += [
            _operation(method, path, item)
            for path, method, item in _operations(document)
            if tag["name"] in item["tags"]
        ]
    parts.append("<h2>WebSockets</h2>")
    parts += [_websocket(call) for call in _websockets(document)]
    parts += ["<h2>Wires of other clients</h2>", *map(_wire, document.get("x-wires", []))]
    parts.append("<h2>What webhooks bring</h2>")
    parts += [_webhook(event, item["post"]) for event, item in document.get("webhooks", {}).items()]
    parts += ["<h2>Errors</h2>", _errors(document["x-errors"])]
    parts.append("<h2>Objects</h2>")
    parts += [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}: the contract</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item)
        for path, methods in document["paths"].items()
        for method, item in methods.items()
    ]


def _websockets(document: dict[str, Any]) -> list[dict[str, Any]]:
    beside = [item["x-websocket"] for _, _, item in _operations(document) if "x-websocket" in item]
    return [*document.get("x-websocket", []), *beside]


def _navigation(document: dict[str, Any]) -> str:
    links = [
        f'<li><a href="#{escape(item["operationId"])}">{method.upper()} {escape(path)}</a></li>'
        for path, method, item in _operations(document)
    ]
    links += [
        f'<li><a href="#{_anchor(call["path"])}">WS {escape(call["path"])}</a></li>'
        for call in [*_websockets(document), *document.get("x-wires", [])]
    ]
    return (
        f'<nav aria-label="Calls"><ul>{"".join(links)}</ul></nav>'
        '<p>The same for programs: <a href="/openapi.json">openapi.json</a></p>'
    )


def _operation(method: str, path: str, item: dict[str, Any]) -> str:
    parameters = [
        (
            f"<code>{escape(given['name'])}</code>",
            f"{escape(given['in'])}, {_type(given['schema'])}",
            _text(given.get("description", "")),
        )
        for given in item.get("parameters", [])
    ]
    answers = [
        (status, ", ".join(_media(answer)), _text(answer["description"]))
        for status, answer in item["responses"].items()
    ]
    body = "".join(
        _body(kind, content["schema"])
        for kind, content in item.get("requestBody", {}).get("content", {}).items()
    )
    key = (
        f"<p>Scope: <code>{escape(item['x-scope'])}</code></p>"
        if item["security"]
        else "<p>Needs no key.</p>"
    )
    return (
        f'<section id="{escape(item["operationId"])}"><h3><code>{method.upper()} {escape(path)}</code> '
        f"{escape(item['summary'])}</h3><p>{_text(item.get('description', ''))}</p>{key}{body}"
        + _table("Parameters", ("Name", "Kind", "Meaning"), parameters)
        + _table("Answers", ("Status", "Form", "Meaning"), answers)
        + "</section>"
    )


def _body(kind: str, schema: dict[str, Any]) -> str:
    """What a call takes: a model that has a section of its own, or the fields where they stand."""
    if "$ref" in schema:
        return f"<p>Body: {_type(schema)}</p>"
    fields = [
        (f"<code>{escape(name)}</code>", _type(value), _text(value.get("description", "")))
        for name, value in schema.get("properties", {}).items()
    ]
    return f"<p>Body: <code>{escape(kind)}</code></p>{_table('Fields', ('Name', 'Type', 'Meaning'), fields)}"


def _media(answer: dict[str, Any]) -> list[str]:
    return [
        _type(content["schema"]) if "$ref" in content["schema"] else f"<code>{escape(kind)}</code>"
        for kind, content in answer.get("content", {}).items()
    ]


def _wire(wire: dict[str, str]) -> str:
    rows = [
        (title, _text(wire[name]))
        for title, name in (
            ("Credential", "credential"),
            ("Works", "works"),
            ("Passed over", "passed_over"),
            ("Refused", "refused"),
        )
    ]
    return (
        f'<section id="{_anchor(wire["path"])}"><h3><code>WS {escape(wire["path"])}</code> '
        f"{_text(wire['clients'])}</h3>{_table('How far it goes', ('What', 'How'), rows)}</section>"
    )


def _websocket(call: dict[str, Any]) -> str:
    tables = [
        _table(
            title,
            ("Name", "Content"),
            [(f"<code>{escape(a)}</code>", _text(b)) for a, b in call[key].items()],
        )
        for title, key in (("From the client", "client"), ("From the server", "server"), ("Closes", "closes"))
    ]
    offered = ", ".join(f"<code>{escape(name)}</code>" for name in call["subprotocols"])
    description = "".join(f"<p>{_text(part)}</p>" for part in call["description"].split("\n\n"))
    return (
        f'<section id="{_anchor(call["path"])}"><h3><code>WS {escape(call["path"])}</code> '
        f"{escape(call['summary'])}</h3>{description}"
        f"<p>Subprotocols: {offered}</p>{''.join(tables)}</section>"
    )


def _webhook(event: str, item: dict[str, Any]) -> str:
    body = item["requestBody"]["content"]["application/json"]
    shown = escape(json.dumps(body["example"], indent=2, ensure_ascii=False))
    return (
        f'<section id="{escape(item["operationId"])}"><h3><code>{escape(event)}</code> '
        f"{escape(item['summary'])}</h3><p>Body: {_type(body['schema'])}</p>"
        f'<div class="scroll" role="region" tabindex="0" aria-label="Example"><pre>{shown}</pre></div>'
        "</section>"
    )


def _errors(errors: Sequence[dict[str, Any]]) -> str:
    rows = [
        (
            f"<code>{escape(error['code'])}</code>",
            ", ".join(map(str, error["statuses"])),
            ", ".join(map(str, error["closes"])),
            _text(error["meaning"]),
        )
        for error in errors
    ]
    return f'<section id="errors">{_table("Codes", ("Code", "Status", "Close", "Meaning"), rows)}</section>'


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [
        (
            f"<code>{escape(field)}</code>",
            _type(value) + ("" if field in required else ", optional"),
            _text(value.get("description", "")),
        )
        for field, value in schema.get("properties", {}).items()
    ]
    return (
        f'<section id="{escape(name)}"><h3>{escape(name)}</h3><p>{_text(schema.get("description", ""))}</p>'
        + _table("Fields", ("Name", "Type", "Meaning"), rows)
        + "</section>"
    )


def _table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows are HTML already; nothing when there are none."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}">'
        f"<table><caption>{caption}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema's type in a few words, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("type", "any"))) + _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    names = {"minimum": "≥", "maximum": "≤", "minLength": "length ≥", "maxLength": "length ≤"}
    return "".join(f", {sign} {schema[name]}" for name, sign in names.items() if name in schema)


def _text(text: str) -> str:
    """Escaped text in which what stands between backquotes is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(path: str) -> str:
    return "ws" + re.sub(r"\W+", "-", path)
