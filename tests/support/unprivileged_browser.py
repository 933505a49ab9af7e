"""A program that opens the recorder's browser as somebody who is not root, and says that it opened.

In: the path of the browser and a folder of that user's own, as arguments. Started as root, it becomes the
account that the server lends to its database.
"""

import asyncio
import os
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from server.recorder.browser import launched
from server.store.unprivileged import account_for


async def _open(path: str) -> None:
    async with async_playwright() as driver:
        browser = await launched(driver, path)
        page = await browser.new_page()
        await page.set_content("<h1>Standup</h1>")
        sys.stdout.write(await page.inner_text("h1"))
        await browser.close()


def main(path: str, folder: Path) -> None:
    """Open it."""
    if (account := account_for(folder)) is not None:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
    os.environ |= {"HOME": str(folder), "TMPDIR": str(folder)}
    os.chdir(folder)
    asyncio.run(_open(path))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
