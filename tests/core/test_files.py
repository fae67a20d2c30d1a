"""Files and folders: written whole or not at all, whatever ends the run."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from analysis.core.files import lock, refuse_foreign, replace_atomically, write_file, write_files
from analysis.core.register import InputError


def names(folder: Path) -> set[str]:
    """What lies in a folder, but for the lock that tells runs apart."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_file(path, "old\n")
    write_file(path, "new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert path.stat().st_mode & 0o777 == 0o644
    assert names(tmp_path) == {"a.txt"}


def test_a_file_keeps_its_old_text_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == {"a.txt"}


def test_a_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_file(path, "half\ud800")
    assert path.read_text(encoding="utf-8") == "old"


def test_a_text_that_cannot_be_encoded_leaves_no_litter(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "a.txt", "half\ud800")
    assert names(tmp_path) == set()


def filled(folder: Path, text: str) -> None:
    with replace_atomically(folder) as new:
        (new / "numbers.csv").write_text(text, encoding="utf-8")
        (new / "inner").mkdir()
        (new / "inner" / "more.csv").write_text(text, encoding="utf-8")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_takes_its_place_at_the_end_and_not_before(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "results"
    with replace_atomically(folder) as new:
        (new / "numbers.csv").write_text("1", encoding="utf-8")
        assert not folder.exists()
        assert new.parent == folder.parent
    assert (folder / "numbers.csv").read_text(encoding="utf-8") == "1"
    assert names(folder.parent) == {"results"}
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_folder_replaces_the_whole_of_the_former_one(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    filled(folder, "old")
    (folder / "stray.csv").write_text("of the former run", encoding="utf-8")
    with replace_atomically(folder) as new:
        (new / "numbers.csv").write_text("new", encoding="utf-8")
        assert (folder / "numbers.csv").read_text(encoding="utf-8") == "old"
    assert {path.name for path in folder.iterdir()} == {".gitignore", "numbers.csv"}
    assert (folder / "numbers.csv").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == {"results"}


def test_a_folder_takes_its_place_where_the_system_cannot_exchange_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "results"
    filled(folder, "old")
    monkeypatch.setattr("analysis.core.files.ctypes.CDLL", lambda *args, **kwargs: object())
    filled(folder, "new")
    assert (folder / "numbers.csv").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == {"results"}


def test_git_ignores_what_is_generated(tmp_path: Path) -> None:
    filled(tmp_path / "results", "1")
    assert "*" in (tmp_path / "results" / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_run_that_fails_leaves_the_former_folder_and_no_litter(tmp_path: Path, error: type[BaseException]) -> None:
    folder = tmp_path / "results"
    filled(folder, "old")
    before = content(folder)

    def fail() -> None:
        with replace_atomically(folder) as new:
            (new / "numbers.csv").write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        fail()
    assert content(folder) == before
    assert names(tmp_path) == {"results"}


def test_a_first_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with replace_atomically(tmp_path / "results") as new:
            (new / "numbers.csv").write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert names(tmp_path) == set()


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    half = tmp_path / ".results.new-abcdefg_"
    for folder in (half, tmp_path / ".other.new-abcdefg_"):
        filled(folder, "half")
    # Killed as soon as the folder was made, while it was marked, and when all but the mark had been removed again.
    for name, mark in (("1", None), ("2", "# Gen"), ("3", (half / ".gitignore").read_text(encoding="utf-8"))):
        (tmp_path / f".results.new-abcdefg{name}").mkdir()
        if mark is not None:
            (tmp_path / f".results.new-abcdefg{name}" / ".gitignore").write_text(mark, encoding="utf-8")
    filled(tmp_path / "results", "1")
    assert names(tmp_path) == {"results", ".other.new-abcdefg_"}


@pytest.mark.parametrize("out", ["results", "*", "[a-z]*", "r?sults"])
@pytest.mark.parametrize(
    "name", [".results.new-notes", ".results.new-my_notes", ".results.new-my_notes-old", ".results.new-2.new-abcdefg_"]
)
def test_a_folder_of_somebody_elses_survives_though_its_name_is_like_ours(tmp_path: Path, name: str, out: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "notes.txt").write_text("mine", encoding="utf-8")
    filled(tmp_path / out, "1")
    assert names(tmp_path) == {name, out}
    assert (tmp_path / name / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_run_leaves_what_another_is_filling_under_a_name_that_begins_alike(tmp_path: Path) -> None:
    with replace_atomically(tmp_path / "results.new-2") as new:
        filled(tmp_path / "results", "1")
        (new / "numbers.csv").write_text("2", encoding="utf-8")
    assert content(tmp_path / "results.new-2")["numbers.csv"] == b"2"


def test_a_link_in_the_place_of_the_lock_is_refused_and_what_it_leads_to_survives(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    (tmp_path / ".results.lock").symlink_to("precious.txt")
    with pytest.raises(InputError, match=r"\.results\.lock is a link, and is where runs keep their lock; remove it"):
        filled(tmp_path / "results", "1")
    assert (tmp_path / "precious.txt").read_text(encoding="utf-8") == "mine"


def test_files_that_belong_together_are_all_as_they_were_where_one_can_not_be_written(tmp_path: Path) -> None:
    write_files({tmp_path / "a.txt": "old", tmp_path / "b.txt": "old"})
    with pytest.raises(FileNotFoundError):
        write_files({tmp_path / "a.txt": "new", tmp_path / "missing" / "b.txt": "new"})
    assert content(tmp_path) == {"a.txt": b"old", "b.txt": b"old"}


def test_an_empty_folder_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    filled(tmp_path / "results", "1")
    assert (tmp_path / "results" / "numbers.csv").exists()


def test_a_folder_of_something_else_is_refused_and_survives(tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("years of work", encoding="utf-8")
    (folder / ".gitignore").write_text("*.log\n", encoding="utf-8")
    before = content(folder)
    with pytest.raises(InputError, match="holds something else than results"):
        filled(folder, "1")
    assert content(folder) == before
    assert names(tmp_path) == {"thesis"}


def test_where_a_disk_is_mounted_is_refused_before_anything_is_made() -> None:
    mounts = [Path(one.mountpoint) for one in psutil.disk_partitions(all=True) if Path(one.mountpoint).is_dir()]
    folder = next(path for path in mounts if path.name)
    with pytest.raises(InputError, match="is where a disk is mounted, which can't be replaced; name a folder in it"):
        filled(folder, "1")


def test_a_file_is_refused_and_survives(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is a file; name a folder"):
        filled(tmp_path / "results", "1")
    assert (tmp_path / "results").read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="file is a file; name a folder"):
        filled(tmp_path / "file" / "results", "1")
    assert names(tmp_path) == {"file"}


def test_a_second_run_on_the_same_folder_is_refused_and_the_first_ends_well(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    with replace_atomically(folder) as new:
        (new / "numbers.csv").write_text("first", encoding="utf-8")
        with pytest.raises(InputError, match="another run is writing"):
            filled(folder, "second")
        filled(tmp_path / "elsewhere", "third")
    assert (folder / "numbers.csv").read_text(encoding="utf-8") == "first"
    filled(folder, "fourth")
    assert (folder / "numbers.csv").read_text(encoding="utf-8") == "fourth"


def test_a_link_to_another_disk_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "results").symlink_to(tmp_path / "disk")
    filled(tmp_path / "results", "1")
    assert names(tmp_path) == {"disk", "results"}
    assert (tmp_path / "disk" / "numbers.csv").exists()


def test_a_file_that_no_run_has_written_is_not_lost(tmp_path: Path) -> None:
    with replace_atomically(tmp_path / "results") as folder:
        (folder / "figures").mkdir()
        for name in ("checks.csv", "estimates.json", "figures/waterfall.svg"):
            (folder / name).write_text("made", encoding="utf-8")
    refuse_foreign(tmp_path / "results")
    refuse_foreign(tmp_path / "none yet")
    mine = tmp_path / "results" / "figures" / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.txt is not a result and would be lost"):
        refuse_foreign(tmp_path / "results")
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_link_or_a_pipe_of_somebody_s_is_not_lost(tmp_path: Path) -> None:
    filled(tmp_path / "results", "1")
    with replace_atomically(tmp_path / "results") as folder:
        (folder / "checks.csv").write_text("made", encoding="utf-8")
        (folder / "figures").mkdir()
    refuse_foreign(tmp_path / "results")
    mine = tmp_path / "results" / "mine"
    for make in (
        lambda: mine.symlink_to(tmp_path),
        lambda: mine.symlink_to(tmp_path / "nowhere"),
        lambda: os.mkfifo(mine),
    ):
        make()
        with pytest.raises(InputError, match="mine is not a result and would be lost"):
            refuse_foreign(tmp_path / "results")
        mine.unlink()


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results").symlink_to(tmp_path / "results")
    with pytest.raises(InputError, match="results is a link that leads to itself; name another folder"):
        filled(tmp_path / "results", "1")


@pytest.mark.parametrize("name", ["report/mine.txt", "figures/mine.png", "notebooks/mine.ipynb"])
def test_what_a_run_has_not_listed_as_its_own_is_not_lost_wherever_it_lies(tmp_path: Path, name: str) -> None:
    with replace_atomically(tmp_path / "results") as folder:
        for one in ("figures/a b.png", "report/index.html", "notebooks/a.ipynb"):
            (folder / one).parent.mkdir()
            (folder / one).write_text("a", encoding="utf-8")
        listed = ["./", "figures/a%20b.png", "report/index.html", "notebooks/a.ipynb"]
        graph = [{"@id": id, "@type": "File" if id != "./" else "Dataset"} for id in listed]
        crate = folder / "ro-crate-metadata.json"
        crate.write_text(json.dumps({"@graph": graph}), encoding="utf-8")
    refuse_foreign(tmp_path / "results")
    (tmp_path / "results" / name).write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{re.escape(name)} is not a result and would be lost"):
        refuse_foreign(tmp_path / "results")
    assert (tmp_path / "results" / name).read_text(encoding="utf-8") == "mine"


def test_what_was_about_to_be_replaced_is_put_back_where_a_run_was_killed_between_two_steps(tmp_path: Path) -> None:
    # A system that can't exchange two folders moves the former one aside first; killed then, none is in its place.
    filled(tmp_path / "results", "old")
    (tmp_path / "results").rename(tmp_path / ".results.new-abcdefg_-old")
    (tmp_path / ".results.new-abcdefg_").mkdir()

    def fail() -> None:
        with replace_atomically(tmp_path / "results"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / "results" / "numbers.csv").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == {"results"}


def test_a_full_disk_is_one_sentence_and_leaves_the_former_folder(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    filled(folder, "old")
    before = content(folder)

    def full() -> None:
        with replace_atomically(folder) as new:
            (new / "half.csv").write_text("half", encoding="utf-8")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"results can't be written \(No space left on device\) and is as it was$"):
        full()
    assert content(folder) == before
    assert names(tmp_path) == {"results"}


def test_a_file_that_grows_too_large_for_the_system_leaves_the_former_folder(tmp_path: Path) -> None:
    filled(tmp_path / "results", "old")
    before = content(tmp_path / "results")
    code = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(__file__).resolve().parent.parent)!r})
from pathlib import Path
from analysis.core.files import replace_atomically
from analysis.core.register import InputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with replace_atomically(Path({str(tmp_path / "results")!r})) as new:
        (new / "numbers.csv").write_text("x" * 100_000)
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("results can't be written (File too large) and is as it was\n")
    assert content(tmp_path / "results") == before
    assert names(tmp_path) == {"results"}


def test_a_run_that_is_killed_lets_go_of_its_lock(tmp_path: Path) -> None:
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).resolve().parent.parent)!r})
from pathlib import Path
from analysis.core.files import lock
with lock(Path({str(tmp_path / "results")!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    with (
        lock(tmp_path / "results"),
        pytest.raises(InputError, match="another run is writing to"),
        lock(tmp_path / "results"),
    ):
        pass
