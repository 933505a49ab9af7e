"""A page names in its head what its scripts import."""

from pathlib import Path

from server.http.pages import WEB
from server.http.preloading import preloaded

PAGE = '<head>\n  <script type="module" src="../static/a/page.js"></script>\n</head>'


def test_every_module_that_is_imported_is_named_once_and_those_of_later_are_not(tmp_path: Path) -> None:
    files = {
        "a/page.js": 'import { b } from "../b.js";\nimport {\n c\n} from "./c.js";\nimport("./later.js");\n',
        "a/c.js": 'export { b } from "../b.js";\nimport "./page.js";\n',
        "a/later.js": 'import { b } from "./unasked.js";\n',
        "b.js": "export const b = 'from \"./nothing.js\"';\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    links = [f'  <link rel="modulepreload" href="../static/{name}">' for name in ("b.js", "a/c.js")]
    assert preloaded(PAGE, tmp_path).splitlines() == [*PAGE.splitlines()[:2], *links, "</head>"]


def test_a_page_without_scripts_stays_as_it_is(tmp_path: Path) -> None:
    assert preloaded("<p>import</p>", tmp_path) == "<p>import</p>"


def test_the_first_words_of_a_meeting_wait_for_no_module_of_its_report_or_player() -> None:
    page = preloaded((WEB / "meeting.html").read_text(), WEB)
    assert '<link rel="modulepreload" href="../static/view/dom.js">' in page
    for later in ("report/card.js", "player/"):
        assert f'href="../static/{later}' not in page.replace("player/player.css", "")
