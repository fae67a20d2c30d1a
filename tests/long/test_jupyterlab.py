"""Each notebook as a reader runs it: in JupyterLab with Run All, as it is and with an
assumption changed.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, TimeoutError

from tests.browsing import keep, needs_chromium

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))

pytestmark = [pytest.mark.long, needs_chromium]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the notebooks, ready to be followed by a
    file's name.
    """
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    words = [
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        f"--IdentityProvider.token={token}",
    ]
    words += [
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        "--ServerApp.port_retries=0",
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    with (folder / "lab.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    for _ in range(300):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}&reset"
    server.terminate()
    server.wait(20)


def opened(browser: Browser, address: str) -> Page:
    """A notebook, open, its kernel ready."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    return page


def chosen(page: Page, menu: str, entry: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def run_all(page: Page) -> None:
    """Clear what the file holds, run all cells, and wait until the last has run."""
    chosen(page, "Edit", "Clear Outputs of All Cells")
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    has = "([one, mark]) => RegExp(mark).test(one.textContent)"
    for _ in range(5):
        # A kernel that has only just been found takes nothing yet.
        chosen(page, "Run", "Run All Cells")
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(
                has, arg=[prompts.first.element_handle(), r"[*\d]"], timeout=5_000
            )
            break
    page.wait_for_function(
        has, arg=[prompts.last.element_handle(), r"\d"], timeout=120_000
    )
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(
        timeout=60_000
    )
    page.wait_for_timeout(500)


def saved(page: Page, lab: str, name: str) -> nbformat.NotebookNode:
    """The notebook as JupyterLab holds it now, saved."""
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    there = (
        lab.format(name).replace("/lab/tree/", "/api/contents/").replace("&reset", "")
    )
    return nbformat.from_dict(page.request.get(there).json()["content"])


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """The plain text of every output."""
    outputs = [
        one
        for cell in notebook.cells
        if cell.cell_type == "code"
        for one in cell.outputs
    ]
    assert not [
        one
        for one in outputs
        if one.output_type == "error" or one.get("name") == "stderr"
    ]
    return [
        "".join(one.get("data", {}).get("text/plain", one.get("text", "")))
        for one in outputs
    ]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_gives_the_outputs_that_are_committed(
    lab: str, browser: Browser, name: str
) -> None:
    page = opened(browser, lab.format(f"{name}.ipynb"))
    run_all(page)
    keep(page, f"lab-{name}")
    here = saved(page, lab, f"{name}.ipynb")
    assert texts(here) == texts(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4))
    page.close()


def test_a_changed_parameter_changes_the_number(lab: str, browser: Browser) -> None:
    page = opened(browser, lab.format("02_growth_since_2019.ipynb"))
    cell = page.locator(".jp-CodeCell .cm-content").first
    assert "persons_per_transfer" in cell.inner_text()
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("persons_per_transfer = 0.6")
    run_all(page)
    # 0.6 x (3.17 - 3.17 / 1.105) million = 180,733.
    assert any(
        "181,000" in text
        for text in texts(saved(page, lab, "02_growth_since_2019.ipynb"))
    )
    page.close()
