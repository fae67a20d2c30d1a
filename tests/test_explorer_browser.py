"""The explorer as it is served: in Chromium, through voila started by the command, and in JupyterLab.

What is not marked long is a smoke test. Chromium is the environment's CHROMIUM, or /usr/bin/chromium.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from playwright.sync_api import Browser, expect

from analysis.explorer import Explorer
from analysis.model import Model
from tests.browsing import CHROMIUM, NO_CHROMIUM, chromium, keep
from tests.conftest import ROOT
from tests.test_explorer import MOVES, READINGS
from tests.test_scenarios import ADDED, FORMER, R

#: Milliseconds that a page may take to start its kernel on a busy machine, and to answer.
START, ANSWER = 90_000, 20_000
TOTAL = "[data-estimate=at_risk_total] .lt-number"
BOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
long = pytest.mark.long


class Server:
    """``analysis explore`` as a process of its own, on a free port."""

    def __init__(self, *arguments: str, home: Path | None = None, cwd: Path = ROOT) -> None:
        command = [sys.executable, "-m", "analysis", "explore", "--no-browser", "--port", "0", *arguments]
        environment = {name: text for name, text in os.environ.items() if name not in ("QUERY_STRING", "ANALYSIS_DATA")}
        environment |= {"HOME": str(home)} if home else {}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=pipe, stderr=pipe, text=True)
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"\S+//127[.]0[.]0[.]1:\d+/", self.said)
        if found is None:
            out, err = self.process.communicate(timeout=60)
            raise AssertionError(f"it does not start: {self.said}{out}{err}")
        self.address = found[0]

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    def kernels(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> tuple[int, str]:
        """Interrupt it; its status and what it wrote to the error stream."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            _, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, err = self.process.communicate()
        return self.process.returncode, err


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(NO_CHROMIUM)
    with chromium() as found:
        yield found


class Visit:
    """A page, and what went wrong on it: errors in its console, requests that failed or went elsewhere."""

    def __init__(self, browser: Browser, address: str, query: str = "", width: int = 1280, height: int = 900) -> None:
        self.wrong: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self._note(said.type == "error", f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self._note(True, f"uncaught: {error}"))
        # What a page says to the server as it is left need not be heard to its end.
        self.page.on("requestfailed", lambda one: self._note("/shutdown/" not in one.url, f"failed: {one.url[:200]}"))
        self.page.on("response", lambda one: self._note(one.status >= 400, f"{one.status}: {one.url[:200]}"))
        own = (address, "data:", "blob:")
        self.page.on("request", lambda one: self._note(not one.url.startswith(own), f"elsewhere: {one.url[:200]}"))
        self.page.goto(f"{address}{query}")
        self.page.wait_for_selector(TOTAL, timeout=START)
        self.page.wait_for_selector(".noUi-handle[aria-label]", timeout=START)

    def _note(self, wrong: bool, words: str) -> None:
        if wrong:
            self.wrong.append(words)

    def shows(self, words: str, where: str = TOTAL) -> None:
        expect(self.page.locator(where).first).to_contain_text(words, timeout=ANSWER)

    def stays_at(self, link: str) -> None:
        """Its link is this, and still is after a further message, which comes behind what a page sends of itself."""
        self.shows(link, ".lt-link")
        row = self.page.locator(".lt-row", has=self.page.locator(".noUi-handle")).first
        row.locator("input[type=text]").fill("half")
        row.locator("input[type=text]").press("Enter")
        expect(row.get_by_role("alert")).to_contain_text("'half' is not a number", timeout=ANSWER)
        self.shows(link, ".lt-link")

    def label(self, text: str) -> Any:
        return self.page.get_by_label(text, exact=True)

    def close(self) -> None:
        # A page that is left tells the server so, which may be cut short.
        wrong, self.wrong = self.wrong, []
        keep(self.page, "explorer")
        self.context.close()
        assert wrong == []


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def to(query: str = "", **how: int) -> Visit:
        made.append(Visit(browser, server.address, query, **how))
        return made[-1]

    yield to
    for one in made:
        one.close()


def words(model: Model, name: str, *moves: Callable[[Explorer], None]) -> str:
    """What the library makes of an estimate after some moves, in words."""
    found = Explorer(model=model)
    for move in moves:
        move(found)
    return found.words(name)


# The smoke test -------------------------------------------------------------------------------------------------------


def test_a_page_loads_and_a_slider_that_is_moved_by_keyboard_moves_the_number(
    visit: Callable[..., Visit], model: Model
) -> None:
    one = visit()
    one.shows("2.25 million")
    handle = one.page.get_by_role("slider", name="Persons per transfer, 2019, slider")
    handle.focus()
    for _ in range(20):
        one.page.keyboard.press("ArrowLeft")
    # Twenty steps of 0.005 down from 1: 1.6 + 0.9 x 0.3012 + 0.35 million.
    expected = words(model, "at_risk_total", lambda found: found.set("persons_per_transfer", 0.9))
    assert expected == f"{(R + 0.9 * ADDED + FORMER) / 1e6:.2f} million"
    one.shows(expected)
    expect(one.label("Persons per transfer, 2019").first).to_have_value("0.9")
    one.shows("persons_per_transfer = 0.9 person/transfer in the place of 1", ".lt-differs")


def test_a_value_between_two_steps_of_a_slider_is_kept(visit: Callable[..., Visit]) -> None:
    one = visit("?persons_per_transfer=0.8732")
    # 1.6 + 0.8732 x 0.3012 + 0.35 million.
    one.shows(f"{(R + 0.8732 * ADDED + FORMER) / 1e6:.2f} million")
    field = one.page.locator(".lt-of-overlap input[type=text]")
    field.fill("0.333")
    field.press("Enter")
    one.stays_at("persons_per_transfer=0.8732&overlap=0.333")
    expect(field).to_have_value("0.333")


# The server -----------------------------------------------------------------------------------------------------------


def status(address: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_a_port_that_is_taken_is_refused_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "analysis", "explore", "--no-browser", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: port {port} can't be used (Address already in use)\n"


@long
def test_it_is_served_on_this_machine_alone_and_nothing_else_is(server: Server) -> None:
    listening = [
        one.laddr for one in psutil.Process(server.process.pid).net_connections("tcp") if one.status == "LISTEN"
    ]
    assert {where.ip for where in listening if where.port == server.port} == {"127.0.0.1"}
    for path in (
        "voila/files/09_explorer.ipynb",
        "voila/files/../scenario.yaml",
        "voila/files/data/claims.csv",
        "voila/render/08_sensitivity.ipynb",
        "08_sensitivity.ipynb",
        "notebooks/08_sensitivity.ipynb",
        "voila/tree",
        "voila/api/contents/",
        "api/contents",
        "api/sessions",
        "lab",
    ):
        assert status(f"{server.address}{path}") in (403, 404), path
    # A page elsewhere that takes this machine for its own is not let in.
    assert status(server.address, Host="elsewhere.example") == 403


@long
def test_sources_are_stripped_and_nothing_that_is_sent_is_executed(visit: Callable[..., Visit], tmp_path: Path) -> None:
    one = visit()
    content = one.page.content()
    assert "open_page" not in content
    assert "<h1" in content
    mark = tmp_path / "executed"
    # What the page's own script could send to its kernel: a request to execute.
    answer = one.page.evaluate(
        """async (code) => {
            const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
            const socket = new WebSocket(`ws://${location.host}/api/kernels/${config.kernelId}/channels`);
            await new Promise((done) => { socket.onopen = done; });
            const heard = [];
            socket.onmessage = (event) => { if (typeof event.data === "string") heard.push(JSON.parse(event.data)); };
            const send = (type, content) => socket.send(JSON.stringify({
                channel: "shell", parent_header: {}, metadata: {}, buffers: [], content,
                header: { msg_id: type, msg_type: type, session: "test", username: "", version: "5.3", date: "" },
            }));
            const how = { silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
            send("execute_request", { code, ...how });
            send("kernel_info_request", {});
            for (let i = 0; i < 200; i++) {
                if (heard.some((one) => one.msg_type === "kernel_info_reply")) break;
                await new Promise((done) => setTimeout(done, 50));
            }
            socket.close();
            return heard.map((one) => one.msg_type);
        }""",
        f"open({str(mark)!r}, 'w')",
    )
    assert "kernel_info_reply" in answer
    assert "execute_reply" not in answer
    assert not mark.exists()


@long
def test_ctrl_c_ends_it_and_its_kernels(browser: Browser) -> None:
    server = Server()
    try:
        one = Visit(browser, server.address)
        kernels = server.kernels()
        assert kernels
        one.context.close()
    finally:
        ended = server.end()
    assert ended == (0, "")
    _, alive = psutil.wait_procs(kernels, timeout=30)
    assert alive == []


@long
def test_what_a_user_has_set_up_does_not_reach_it_and_a_file_is_where_it_starts(
    browser: Browser, tmp_path: Path
) -> None:
    for name, text in (
        ("home/.jupyter/voila.py", "raise SystemExit('mine')"),
        ("home/.jupyter/jupyter_config.py", "raise SystemExit('mine')"),
        ("home/.ipython/profile_default/startup/mine.py", "raise SystemExit('mine')"),
        ("cwd/voila.json", '{"VoilaConfiguration": {"strip_sources": false}}'),
        ("cwd/mine.yaml", "name: mine\ndescription: <b>Of</b> mine.\nreason: To see.\nvalues: {overlap: 0.3}\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    server = Server("--scenario", "mine.yaml", home=tmp_path / "home", cwd=tmp_path / "cwd")
    try:
        # Whatever becomes of the file.
        (tmp_path / "cwd" / "mine.yaml").write_text("nothing", encoding="utf-8")
        one = Visit(browser, server.address)
        # 1.6 + 0.3012 + 0.7 x 0.35 million.
        one.shows(f"{(R + ADDED + 0.7 * FORMER) / 1e6:.2f} million")
        one.shows("<b>Of</b> mine.", ".lt-note")
        one.page.get_by_role("button", name="Back to the article").click()
        one.shows("2.25 million")
        one.close()
    finally:
        assert server.end() == (0, "")


# Everything on the page -----------------------------------------------------------------------------------------------


@long
@pytest.mark.parametrize("move", MOVES)
def test_each_field_moves_what_it_moves_by_hand(visit: Callable[..., Visit], model: Model, move: str) -> None:
    readings, handle, text, estimate, _ = MOVES[move]
    one = visit("?" + "&".join(f"{name}__reading={reading}" for name, reading in readings.items()))
    field = one.page.locator(f".lt-of-{handle} input[type=text]")
    before = words(model, estimate, *(lambda found, r=r: found.read(*r) for r in readings.items()))  # type: ignore[misc]
    one.shows(before, f"[data-estimate={estimate}]")
    field.fill(text)
    field.press("Enter")
    moves = [lambda found, r=r: found.read(*r) for r in readings.items()]  # type: ignore[misc]
    expected = words(model, estimate, *moves, lambda found: found.set(handle, text))
    assert expected != before
    one.shows(expected, f"[data-estimate={estimate}]")
    expect(one.page.locator(f".lt-of-{handle} .lt-mark")).to_contain_text("differs from the article")


@long
def test_each_slider_is_moved_by_keyboard_and_has_a_name(visit: Callable[..., Visit], model: Model) -> None:
    one = visit("?at_risk_2019__reading=composition")
    for handle in Explorer("composition", model=model).handles.values():
        slider = one.page.locator(f".lt-of-{handle.name} .noUi-handle")
        assert slider.get_attribute("aria-label") == f"{handle.label}, slider"
        slider.focus()
        key, step = ("ArrowLeft", -handle.step) if handle.value > handle.low else ("ArrowRight", handle.step)
        one.page.keyboard.press(key)
        expect(one.page.locator(f".lt-of-{handle.name} input[type=text]")).to_have_value(
            re.compile(re.escape(f"{handle.value + step:.10g}")), timeout=ANSWER
        )
        one.page.get_by_role("button", name="Back to the article").click()
        one.shows("1.60 million", "[data-estimate=at_risk_2019] .lt-number")
        one.page.locator(".lt-of-at_risk_2019__reading select").select_option(index=2)
        one.shows("2.04 million", "[data-estimate=at_risk_2019] .lt-number")


@long
def test_each_reading_that_is_chosen_moves_what_the_library_moves(visit: Callable[..., Visit], model: Model) -> None:
    one = visit()
    one.page.get_by_text("More readings").click()
    for (quantity, reading), (estimate, _) in READINGS.items():
        choice = Explorer(model=model).choices[quantity]
        one.page.locator(f".lt-of-{quantity}__reading select").select_option(label=choice.readings[reading])
        one.shows(
            words(model, estimate, lambda found, q=quantity, r=reading: found.read(q, r)), f"[data-estimate={estimate}]"
        )  # type: ignore[misc]
        expect(one.page.locator(f".lt-of-{quantity}__reading .lt-mark")).to_be_visible(timeout=ANSWER)
        one.page.get_by_role("button", name="Back to the article").click()
        one.shows("As in the article.", ".lt-differs")


@long
def test_each_preset_shows_what_its_scenario_comes_to(visit: Callable[..., Visit], model: Model) -> None:
    one = visit()
    for number, name in enumerate(model.register.scenarios):
        one.label("Scenario").select_option(index=number)
        expected = words(model, "at_risk_total", lambda found, name=name: found.take(name))  # type: ignore[misc]
        one.shows(expected)
        one.stays_at(f"scenario={name}")


@long
def test_a_link_and_a_file_carry_a_setting_to_another_visitor(
    visit: Callable[..., Visit], model: Model, tmp_path: Path
) -> None:
    one = visit("?at_risk_2019__reading=southern&former_detainees=0.3+million+person")
    # 1.5675 + 0.3012 + 0.3 million.
    one.shows("2.17 million")
    link = one.page.locator("a.lt-link").get_attribute("href")
    assert link is not None
    with one.page.expect_download() as waiting:
        one.page.locator("a.lt-file").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "mine.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "scenarios", path, "--json"], capture_output=True, text=True, check=True
    )
    assert {row["quantity"]: round(row["value"], -4) for row in json.loads(done.stdout)}["at_risk_total"] == 2_170_000
    other = visit(link.partition("/?")[2] and f"?{link.partition('/?')[2]}")
    other.shows("2.17 million")
    another = visit()
    with another.page.expect_file_chooser() as chooser:
        another.page.get_by_role("button", name="Load a file").click()
    chooser.value.set_files(path)
    another.shows("2.17 million")
    another.page.get_by_role("button", name="Back to the article").click()
    another.shows("2.25 million")
    another.label("A scenario file, as text").fill(path.read_text(encoding="utf-8"))
    another.page.get_by_role("button", name="Load this text").click()
    another.shows("2.17 million")


@long
def test_a_bad_value_gets_its_sentence_and_the_last_numbers_stay_marked(visit: Callable[..., Visit]) -> None:
    one = visit()
    field = one.page.locator(".lt-of-overlap input[type=text]")
    for text, says in (
        ("half", "overlap: 'half' is not a number"),
        ("nan", "overlap = nan is not a finite number."),
        ("7", "overlap = 7 lies outside 0 to 1"),
        ("0.3 person", "overlap: '0.3 person' is in person"),
        ("<img src=x onerror=alert(1)>", "overlap: '<img src=x onerror=alert(1)>' is not a number"),
    ):
        field.fill(text)
        field.press("Enter")
        one.shows(says, ".lt-of-overlap [role=alert]")
        one.shows("2.25 million")
        one.shows("the numbers are those of the last setting that was accepted", ".lt-stale")
        expect(field).to_have_value(text)
    field.fill("0.5")
    field.press("Enter")
    one.shows("2.08 million")
    expect(one.page.locator(".lt-stale")).to_have_count(0)


@long
@pytest.mark.parametrize("query", ["?overlap=half", "?overlp=0.5", "?scenario=%3Cscript%3Ealert(1)%3C/script%3E"])
def test_a_link_that_cant_be_used_is_said_on_the_page(visit: Callable[..., Visit], query: str) -> None:
    one = visit(query)
    one.shows("The link can't be used, so nothing of it was taken: ", "[role=alert]")
    one.shows("2.25 million")
    one.shows("As in the article.", ".lt-differs")


@long
def test_two_visitors_have_settings_of_their_own(visit: Callable[..., Visit], server: Server) -> None:
    one, two = visit("?overlap=0.5"), visit("?scenario=composition")
    one.shows("2.08 million")
    two.shows("2.69 million")
    two.page.locator(".lt-of-former_detainees input[type=text]").fill("0")
    two.page.locator(".lt-of-former_detainees input[type=text]").press("Enter")
    two.shows("2.34 million")
    one.shows("2.08 million")
    before = {kernel.pid for kernel in server.kernels()}
    one.page.reload()
    one.page.wait_for_selector(TOTAL, timeout=START)
    one.shows("2.08 million")
    # The kernel of a page that was left has ended: as many as pages.
    assert len(server.kernels()) == len(before)


@long
@pytest.mark.parametrize("ended", ["kernel", "server"])
def test_a_page_whose_kernel_or_server_has_ended_says_that_its_numbers_stand_still(
    browser: Browser, ended: str
) -> None:
    own = Server()
    one = Visit(browser, own.address)
    try:
        one.shows("2.25 million")
        assert not one.page.locator(".lt-ended").is_visible()
        for process in own.kernels() if ended == "kernel" else [psutil.Process(own.process.pid)]:
            process.kill()
        expect(one.page.get_by_text("nothing moves them any more")).to_be_visible(timeout=ANSWER)
        keep(one.page, "ended")
    finally:
        one.context.close()
        own.end()


@long
@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(visit: Callable[..., Visit], width: int) -> None:
    one = visit("?scenario=composition&persons_per_transfer=0.9", width=width)
    wide = one.page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
            .filter((e) => !e.closest("select, pre, .lp-mod-hidden"))
            .map((e) => `${e.tagName} ${e.className}`)"""
    )
    assert wide == []
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    # The headline stays on screen while the last of the assumptions is moved.
    one.page.locator(".lt-of-overlap .noUi-handle").focus()
    one.page.locator(".lt-of-overlap .noUi-handle").scroll_into_view_if_needed()
    expect(one.page.locator(TOTAL)).to_be_in_viewport()


@long
def test_every_control_has_a_name_and_can_be_reached_by_keyboard(visit: Callable[..., Visit]) -> None:
    one = visit("?scenario=composition")
    nameless = one.page.evaluate(
        """() => [...document.querySelectorAll(".lt-explorer :is(input, select, textarea, button, a, [role=slider])")]
            .filter((e) => e.checkVisibility())
            .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && e.labels.length)))
            .map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
    reached = set()
    one.label("Scenario").focus()
    for _ in range(60):
        reached.add(
            one.page.evaluate("document.activeElement.closest('.lt-row')?.className.match(/lt-of-(\\w+)/)?.[1]")
        )
        one.page.keyboard.press("Tab")
    assert {"persons_per_transfer", "overlap", "minority_share_outside", "at_risk_2019__reading"} <= reached
    assert one.page.locator("[role=img][aria-label]").count() == 2


# JupyterLab -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab over a copy of the notebooks, which have not run there and are shown whole."""
    folder = tmp_path_factory.mktemp("lab")
    books = folder / "notebooks"
    books.mkdir()
    for name in BOOKS:
        book = nbformat.read(ROOT / "notebooks" / name, as_version=4)
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(book, books / name)
    whole = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    whole.parent.mkdir(parents=True)
    whole.write_text('{"windowingMode": "none"}', encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    settings["JUPYTERLAB_SETTINGS_DIR"] = str(folder / "settings")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--port-retries=0",
    ]
    command += ["--IdentityProvider.token=", f"--notebook-dir={books}", "--allow-root", "--log-level=CRITICAL"]
    # The kernel of a notebook that nobody has open any more is ended.
    command += ["--MappingKernelManager.cull_idle_timeout=10", "--MappingKernelManager.cull_interval=5"]
    process = subprocess.Popen(
        command,
        env={**os.environ, **settings, "IPYTHONDIR": str(folder / "ipython")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/"
    for _ in range(600):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        psutil.wait_procs([psutil.Process(process.pid)], timeout=0.1)
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def first_row(cells: list[dict[str, Any]]) -> list[str]:
    """The cells of the first row of the first table that a notebook shows, as it is committed."""
    shown = (
        "".join(output["data"]["text/plain"])
        for cell in cells
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {})
    )
    return next(text.splitlines()[1] for text in shown if " | " in text).split(" | ")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name.startswith("04") else pytest.mark.long) for name in BOOKS]
)
def test_a_notebook_runs_in_jupyterlab(lab: str, browser: Browser, name: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    try:
        page.goto(f"{lab}lab/tree/{name}?reset")
        panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        panel.wait_for(timeout=START)
        # What is run before there is a kernel is not run.
        expect(page.locator("#jp-main-statusbar")).to_contain_text("Python 3 (ipykernel) | Idle", timeout=START)
        cells = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"]
        count = sum(cell["cell_type"] == "code" for cell in cells)
        prompts = panel.locator(".jp-CodeCell .jp-InputPrompt")
        expect(prompts).to_have_text(["[ ]:"] * count, timeout=START)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(prompts).to_have_text([f"[{number}]:" for number in range(1, count + 1)], timeout=START)
        assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        assert page.locator(".jp-mod-error, .jp-RenderedText[data-mime-type*=error]").count() == 0
        for words in filter(None, first_row(cells)):
            expect(panel).to_contain_text(words)
        keep(page, f"jupyterlab-{name.removesuffix('.ipynb')}")
        if name.startswith("09"):
            expect(page.locator(TOTAL)).to_contain_text("2.25 million", timeout=START)
            field = page.locator(".lt-of-overlap input[type=text]")
            field.fill("0.5")
            field.press("Enter")
            expect(page.locator(TOTAL)).to_contain_text("2.08 million", timeout=ANSWER)
    except BaseException:
        page.screenshot(path=tmp_path / "failed.png")
        raise
    finally:
        context.close()
