"""A notebook as a reader runs it: Run All in JupyterLab, with an assumption changed."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import pytest
from playwright.sync_api import TimeoutError

from analysis.notebooks import NOTEBOOKS
from tests.browser import needs_chromium, opened

pytestmark = [pytest.mark.long, needs_chromium]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    words += [f"--port={port}", f"--IdentityProvider.token={token}"]
    words += [f"--ServerApp.root_dir={folder / 'notebooks'}"]
    own = {"PYTHONPATH": str(NOTEBOOKS.parent), "HOME": str(folder)}
    own |= {"JUPYTER_PREFER_ENV_PATH": "1"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            words, cwd=folder, env=os.environ | own, stdout=log, stderr=log
        )
        for _ in range(300):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}.ipynb?token={token}&reset"
        server.terminate()
        server.wait(60)


def chosen(page, menu, entry):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def run_all(page):
    """Run all cells, until the last has run; return the notebook as saved."""
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    chosen(page, "Edit", "Clear Outputs of All Cells")
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    first, last = prompts.first.element_handle(), prompts.last.element_handle()
    has = "([prompt, mark]) => RegExp(mark).test(prompt.textContent)"
    for _ in range(5):
        # A kernel that has only just been found takes nothing yet.
        chosen(page, "Run", "Run All Cells")
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(has, arg=[first, r"[*\d]"], timeout=5_000)
            break
    page.wait_for_function(has, arg=[last, r"\d"], timeout=120_000)
    page.wait_for_timeout(500)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1_000)
    there = page.url.replace("/lab/tree/", "/api/contents/")
    return nbformat.from_dict(page.request.get(there).json()["content"])


def test_a_changed_parameter_changes_the_number(lab):
    with opened(lab.format("02_growth_since_2019")) as (page, _):
        cell = page.locator(".jp-CodeCell .cm-content").first
        cell.get_by_text("persons_per_transfer = ").wait_for(timeout=60_000)
        cell.click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("persons_per_transfer = 0.6")
        cells = run_all(page).cells
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        assert "error" not in {output.output_type for output in outputs}
        # 0.6 x (3.17 - 3.17 / 1.105) million = 180,733.
        assert "181,000" in str(outputs)
