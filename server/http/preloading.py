"""The modules of a page, named in its head: a browser then asks for all of them at once, and not for each
only after it has read the one that imports it.

In: the text of a page and the folder of its files. Out: the same text with one `modulepreload` link for every
module that its scripts import, directly or through others. Imports that are made later (`import()`) are left
to their time. Reads files, keeps nothing.
"""

import re
from os.path import normpath
from pathlib import Path
from typing import Final

_SCRIPT: Final = re.compile(r'<script type="module" src="((?:\.\./)*static/)([^"]+)"></script>\n')
_IMPORT: Final = re.compile(r'^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)";', re.MULTILINE)


def preloaded(page: str, web: Path) -> str:
    """`page` with the links behind its last script. `web` is what the page calls `static/`."""
    scripts = list(_SCRIPT.finditer(page))
    if not scripts:
        return page
    named = [web / script[2] for script in scripts]
    prefix, end = scripts[-1][1], scripts[-1].end()
    hrefs = (prefix + module.relative_to(web).as_posix() for module in imported(named) if module not in named)
    links = "".join(f'  <link rel="modulepreload" href="{href}">\n' for href in hrefs)
    return page[:end] + links + page[end:]


def imported(modules: list[Path]) -> list[Path]:
    """These modules and all that they import, in the order in which they are found: the nearest first."""
    found = dict.fromkeys(modules)
    waiting = list(found)
    for module in waiting:
        for name in _IMPORT.findall(module.read_text("utf-8")):
            other = Path(normpath(module.parent / name))
            if other not in found:
                found[other] = None
                waiting.append(other)
    return list(found)
