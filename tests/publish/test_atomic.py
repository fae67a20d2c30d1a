"""Files and folders: written whole or not at all, whatever ends the run."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

from analysis.core.errors import InputError
from analysis.publish.atomic import (
    clear_unfinished,
    lock,
    replace_atomically,
    scratch,
    write_file,
)
from analysis.publish.replaceable import MARK, MARKED, is_ours, refuse_foreign
from tests.conftest import ROOT


def names(folder):
    """What lies in a folder, locks apart."""
    return {path.name for path in folder.iterdir()}


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def fill(folder, text, error=None):
    with replace_atomically(folder) as new:
        (new / "numbers.csv").write_text(text, encoding="utf-8")
        if error:
            raise error


def refused(call, *args):
    with pytest.raises(InputError) as error:
        call(*args)
    said = str(error.value)
    assert said.endswith((".", "?"))
    return said.removesuffix(".")


# A file -------------------------------------------------------------------------------
def test_a_file_is_written_whole(tmp_path):
    write_file(tmp_path / "a.txt", "old\n")
    write_file(tmp_path / "a.txt", "new\r\n")
    assert content(tmp_path) == {"a.txt": b"new\r\n"}
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


def test_a_file_that_can_not_be_written_keeps_its_old_text(tmp_path, monkeypatch):
    write_file(tmp_path / "a.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "a.txt", "half\ud800")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    said = r"a\.txt can't be written \(the disk is full\)"
    with pytest.raises(InputError, match=said):
        write_file(tmp_path / "a.txt", "new")
    assert content(tmp_path) == {"a.txt": b"old"}


def test_the_old_text_is_there_until_all_else_is_ready(tmp_path):
    path, seen = tmp_path / "a.txt", []
    path.write_text("old", encoding="utf-8")
    write_file(path, "new", lambda: seen.append(path.read_text(encoding="utf-8")))
    assert seen == ["old"]
    assert path.read_text(encoding="utf-8") == "new"


def test_what_a_killed_process_had_begun_to_write_is_cleared(tmp_path):
    begun = tmp_path / ".a.txt.analysis-new-x1y2"
    begun.mkdir()
    (begun / "a.txt").write_text("ha", encoding="utf-8")
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")
    (tmp_path / ".c.txt.analysis-new-z3").mkdir()  # killed before the first letter
    # Of somebody else, whatever their names.
    for name in (".my.new-ideas", ".b.analysis-new-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine", encoding="utf-8")
    clear_unfinished(tmp_path)
    assert content(tmp_path) == {
        "a.txt": b"old",
        ".my.new-ideas/mine.txt": b"mine",
        ".b.analysis-new-1/mine.txt": b"mine",
    }
    assert names(tmp_path) == {"a.txt", ".my.new-ideas", ".b.analysis-new-1"}


# A folder -----------------------------------------------------------------------------
def test_a_folder_takes_its_place_at_the_end_and_whole(tmp_path):
    folder = tmp_path / "deep" / "results"
    fill(folder, "old")
    (folder / "stray.csv").write_text("of the former run", encoding="utf-8")
    with replace_atomically(folder) as new:
        (new / "numbers.csv").write_text("new", encoding="utf-8")
        assert new.parent == folder.parent
        assert content(folder)["numbers.csv"] == b"old"
    assert names(folder) == {".gitignore", "numbers.csv"}
    assert content(folder)["numbers.csv"] == b"new"
    # Git ignores what is generated.
    assert content(folder)[".gitignore"].endswith(b"\n*\n")
    assert (names(folder.parent), folder.stat().st_mode & 0o777) == ({"results"}, 0o755)


def test_a_folder_takes_its_place_where_the_system_can_not_exchange_two(
    tmp_path, monkeypatch
):
    fill(tmp_path / "results", "old")
    monkeypatch.setattr("analysis.publish.atomic.ctypes.CDLL", lambda *args: object())
    fill(tmp_path / "results", "new")
    assert content(tmp_path)["results/numbers.csv"] == b"new"
    assert names(tmp_path) == {"results"}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_run_that_fails_leaves_the_former_folder_and_no_litter(tmp_path, error):
    with pytest.raises(error):
        fill(tmp_path / "none", "half", error())
    fill(tmp_path / "results", "old")
    before = content(tmp_path)
    with pytest.raises(error):
        fill(tmp_path / "results", "half", error())
    assert content(tmp_path) == before
    assert names(tmp_path) == {"results"}


def test_a_full_disk_is_one_sentence(tmp_path):
    fill(tmp_path / "results", "old")
    full = OSError(28, "No space left on device")
    assert refused(fill, tmp_path / "results", "new", full) == (
        f"{tmp_path}/results can't be written (the disk is full) and was left as it was"
    )
    assert content(tmp_path)["results/numbers.csv"] == b"old"


def test_what_a_killed_run_left_is_cleared_and_a_folder_it_had_moved_is_put_back(
    tmp_path,
):
    for name in ("results", ".results.new", ".other.new"):
        fill(tmp_path / name, name)
    (tmp_path / "results").rename(tmp_path / ".results.old")
    with pytest.raises(RuntimeError):
        fill(tmp_path / "results", "half", RuntimeError())
    assert content(tmp_path)["results/numbers.csv"] == b"results"
    assert names(tmp_path) == {"results", ".other.new"}


class Killed(BaseException):
    """Stands for the end of a process."""


def test_a_run_that_is_killed_between_its_two_steps_loses_no_former_result(
    tmp_path, monkeypatch
):
    """Systems that can not exchange two folders take two steps."""
    fill(tmp_path / "results", "old")
    rename = Path.rename

    def until_killed(path, target):
        if path.name == ".results.new":
            raise Killed
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr("analysis.publish.atomic._swap", lambda new, folder: False)
        patched.setattr(Path, "rename", until_killed)
        with pytest.raises(Killed):
            fill(tmp_path / "results", "new")
    assert names(tmp_path) == {".results.old"}
    with pytest.raises(RuntimeError):
        fill(tmp_path / "results", "half", RuntimeError())
    assert content(tmp_path)["results/numbers.csv"] == b"old"
    assert names(tmp_path) == {"results"}


def fill_many(folder, text):
    with replace_atomically(folder) as new:
        (new / "notebooks").mkdir()
        for name in ("a.csv", "numbers.csv", "z.csv", "notebooks/one.ipynb"):
            (new / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("steps", range(10))
def test_a_run_follows_one_that_was_killed_while_it_removed_former_results(
    tmp_path, monkeypatch, steps
):
    """Six files and folders are removed one by one; then a lock is."""
    fill_many(tmp_path / "results", "old")
    left = iter(range(steps))

    def until_killed(remove):
        def one(*where, **how):
            if next(left, None) is None:
                raise Killed
            return remove(*where, **how)

        return one

    with monkeypatch.context() as patched, contextlib.suppress(Killed):
        patched.setattr(os, "unlink", until_killed(os.unlink))
        patched.setattr(os, "rmdir", until_killed(os.rmdir))
        fill_many(tmp_path / "results", "new")
    assert content(tmp_path / "results")["numbers.csv"] == b"new"
    fill_many(tmp_path / "results", "after")
    assert content(tmp_path / "results")["numbers.csv"] == b"after"
    assert names(tmp_path) == {"results"}


@pytest.mark.parametrize("letters", [0, 1, len(MARK) - 1])
def test_a_run_follows_one_that_was_killed_while_it_marked_its_folder(
    tmp_path, letters
):
    begun = tmp_path / ".results.new"
    begun.mkdir()
    (begun / MARKED).write_text(MARK[:letters], encoding="utf-8")
    fill(tmp_path / "results", "whole")
    assert names(tmp_path) == {"results"}


@pytest.mark.parametrize("end", ["new", "old"])
def test_a_folder_that_only_has_the_name_of_a_runs_is_not_lost(tmp_path, end):
    mine = tmp_path / f".results.{end}"
    mine.mkdir()
    (mine / "mine.txt").write_text("mine", encoding="utf-8")
    said = f"{mine} was not written by a run and would be lost; move it elsewhere"
    assert refused(fill, tmp_path / "results", "1") == said
    assert content(tmp_path)[f".results.{end}/mine.txt"] == b"mine"
    assert names(tmp_path) == {mine.name}


def test_a_link_that_leads_to_itself_is_refused(tmp_path):
    link = tmp_path / "results"
    link.symlink_to(link)
    said = "is a link that leads nowhere; remove it, or name another folder"
    assert refused(fill, link, "new").endswith(f"results {said}")
    assert link.is_symlink()


def test_what_a_killed_process_left_in_the_temporary_folder_is_cleared(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    # A process that leaves its folder as one that is killed would.
    code = (
        "import os, tempfile; from analysis.publish.atomic import scratch\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "with scratch() as folder:\n (folder / 'x').touch(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    (left,) = tmp_path.iterdir()
    # The folder of a process that runs stays.
    with scratch() as folder, scratch() as other:
        assert {*tmp_path.iterdir()} == {folder, other}
    assert list(tmp_path.iterdir()) == []
    assert left != folder


def test_a_folder_or_file_of_somebody_elses_is_refused_and_survives(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "thesis" / ".gitignore").write_text("*\n", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    before = content(tmp_path)
    said = f"{tmp_path}/{{}} is not a folder of results; name a new or empty folder"
    for name in ("thesis", "file"):
        assert refused(fill, tmp_path / name, "1") == said.format(name)
    for inside in ("file/results", "file/deep/results"):
        assert refused(fill, tmp_path / inside, "1").startswith(
            f"{tmp_path}/{inside} can't be written ("
        )
    after = content(tmp_path).items()
    assert {name: one for name, one in after if not name.endswith(".lock")} == before
    (tmp_path / "empty").mkdir()
    fill(tmp_path / "empty", "1")
    assert is_ours(tmp_path / "empty")
    assert not is_ours(tmp_path / "thesis")


@pytest.mark.parametrize(
    "name", ["mine.txt", "figures/mine.png", "figures/link", "link to a folder"]
)
def test_a_file_that_no_run_listed_is_not_lost(tmp_path, name):
    with replace_atomically(tmp_path / "results") as new:
        (new / "figures").mkdir()
        (new / "figures" / "a b.png").write_text("made", encoding="utf-8")
        graph = [{"@id": id} for id in ("./", "figures/a%20b.png")]
        (new / "ro-crate-metadata.json").write_text(
            json.dumps({"@graph": graph}), encoding="utf-8"
        )
    refuse_foreign(tmp_path / "results")
    refuse_foreign(tmp_path / "none yet")
    path = tmp_path / "results" / name
    if "link" in name:
        path.symlink_to(tmp_path if "folder" in name else "nowhere")
    else:
        path.write_text("mine", encoding="utf-8")
    said = f"{path} is not a result and would be lost; move it elsewhere"
    assert refused(refuse_foreign, tmp_path / "results") == said
    assert refused(fill, tmp_path / "results", "1") == said
    assert path.is_symlink() or path.read_text(encoding="utf-8") == "mine"


def test_a_file_that_is_put_among_the_results_during_a_run_is_not_lost(tmp_path):
    with replace_atomically(tmp_path / "results") as new:
        crate = json.dumps({"@graph": [{"@id": "./"}]})
        (new / "ro-crate-metadata.json").write_text(crate, encoding="utf-8")
    path = tmp_path / "results" / "mine.txt"

    def run():
        with replace_atomically(tmp_path / "results"):
            path.write_text("mine", encoding="utf-8")

    assert (
        refused(run) == f"{path} is not a result and would be lost; move it elsewhere"
    )
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_result_that_was_changed_since_the_run_is_not_lost(tmp_path):
    with replace_atomically(tmp_path / "results") as new:
        graph = []
        for name in ("kept.csv", "opened.csv"):
            (new / name).write_text(name, encoding="utf-8")
            graph.append(
                {"@id": name, "sha256": hashlib.sha256(name.encode()).hexdigest()}
            )
        (new / "ro-crate-metadata.json").write_text(
            json.dumps({"@graph": graph}), encoding="utf-8"
        )
    refuse_foreign(tmp_path / "results")
    (tmp_path / "results" / "opened.csv").write_text("mine", encoding="utf-8")
    said = (
        f"{tmp_path}/results/opened.csv has been changed since the run and would be "
        "lost; move it elsewhere"
    )
    assert refused(refuse_foreign, tmp_path / "results") == said
    assert refused(fill, tmp_path / "results", "1") == said
    assert (tmp_path / "results" / "opened.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "text",
    [b'{"@graph": [', b"[]", b"{}", b"\xff\xfe", b'{"@graph": [5]}', b'{"@graph": 5}'],
)
def test_a_folder_whose_list_of_files_can_not_be_read_is_refused(tmp_path, text):
    fill(tmp_path / "results", "old")
    (tmp_path / "results" / "ro-crate-metadata.json").write_bytes(text)
    said = refused(fill, tmp_path / "results", "new")
    where = f"{tmp_path}/results/ro-crate-metadata.json"
    assert (
        said == f"{where} can't be read, so nothing says which files are results; "
        "move the folder elsewhere"
    )
    assert content(tmp_path)["results/numbers.csv"] == b"old"


def test_a_folder_that_can_not_be_written_to_is_refused_at_the_start(
    tmp_path, monkeypatch
):
    fill(tmp_path / "results", "old")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert refused(fill, tmp_path / "results", "new").startswith(
        f"{tmp_path}/results can't be written to; make it"
    )


# One run at a time --------------------------------------------------------------------
def test_a_second_run_on_the_same_folder_is_refused_and_the_first_ends_well(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("analysis.publish.atomic._PATIENCE", 0.1)
    with replace_atomically(tmp_path / "results") as new:
        said = f"another run is writing to {tmp_path}/results; wait for it to end"
        assert refused(fill, tmp_path / "results", "second") == said
        fill(tmp_path / "elsewhere", "third")
        (new / "numbers.csv").write_text("first", encoding="utf-8")
    assert content(tmp_path)["results/numbers.csv"] == b"first"
    fill(tmp_path / "results", "fourth")


def test_runs_of_two_kinds_on_the_same_folder_exclude_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.publish.atomic._PATIENCE", 0.1)
    said = f"another run is writing to {tmp_path}/results; wait for it to end"
    with lock(tmp_path / "results", within=True):
        assert refused(fill, tmp_path / "results", "second") == said
    assert names(tmp_path / "results") == set()

    def lock_within():
        with lock(tmp_path / "results", within=True):
            pass

    with replace_atomically(tmp_path / "results"):
        assert refused(lock_within) == said
    lock_within()
    monkeypatch.chdir(tmp_path / "results")
    with lock(Path(), within=True):
        said = "another run is writing to .; wait for it to end"
        assert refused(fill, tmp_path / "results", "third") == said


def test_a_run_that_is_killed_lets_go_of_its_lock(tmp_path):
    code = "import os, pathlib, signal, sys; from analysis.publish.atomic import lock\n"
    code += "with lock(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "results"], env=environment, check=False
    )
    assert done.returncode == -signal.SIGKILL
    with lock(tmp_path / "results"):
        assert "another run" in refused(fill, tmp_path / "results", "1")


def test_a_run_waits_for_the_lock_of_one_that_is_about_to_end(tmp_path, monkeypatch):
    file = tmp_path / ".results.lock"
    held = file.open("a")
    fcntl.flock(held, fcntl.LOCK_EX)

    def end(_):
        file.unlink()
        held.close()

    monkeypatch.setattr("time.sleep", end)
    fill(tmp_path / "results", "second")
    assert content(tmp_path)["results/numbers.csv"] == b"second"
    assert names(tmp_path) == {"results"}


def test_a_lock_on_a_file_that_is_no_longer_there_does_not_count(tmp_path, monkeypatch):
    file, flock, third = tmp_path / ".results.lock", fcntl.flock, []

    def flock_late(opened, flags):
        if not third:
            # The first run ends after this one has opened its lock, and a third starts.
            file.unlink()
            third.append(file.open("a"))
            flock(third[0], fcntl.LOCK_EX)
        flock(opened, flags)

    monkeypatch.setattr("fcntl.flock", flock_late)
    monkeypatch.setattr("analysis.publish.atomic._PATIENCE", 0.1)
    said = f"another run is writing to {tmp_path}/results; wait for it to end"
    assert refused(fill, tmp_path / "results", "second") == said
    third[0].close()
    fill(tmp_path / "results", "fourth")


def test_a_lock_that_can_not_be_written_is_blamed_on_the_folder(tmp_path):
    (tmp_path / ".results.lock").mkdir()
    assert refused(fill, tmp_path / "results", "new") == (
        f"{tmp_path}/results can't be written (Is a directory) and was left as it was"
    )


def test_a_full_disk_is_named_where_a_library_says_nothing_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: types.SimpleNamespace(free=0))
    said = "results can't be written (the disk is full) and was left as it was"
    assert refused(fill, tmp_path / "results", "1", OSError("a library's words")) == (
        f"{tmp_path}/{said}"
    )


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        # The system's folder for temporary files may be on a disk of its own.
        (OSError(errno.ENOSPC, "No space left on device", "/t/a"), "the disk is full"),
        (OSError("a library's own words"), "a library's own words"),
    ],
)
def test_a_folder_that_cannot_be_written_says_why(
    tmp_path: Path, error: OSError, reason: str
) -> None:
    folder = tmp_path / "results"
    words = re.escape(f"results can't be written ({reason}) and was left as it was.")
    with pytest.raises(InputError, match=words), replace_atomically(folder):
        raise error
    assert not folder.exists()


def test_a_file_elsewhere_that_is_missing_is_not_blamed_on_the_folder(tmp_path):
    fill(tmp_path / "results", "old")
    missing = FileNotFoundError(2, "No such file", str(tmp_path / "data" / "a.yaml"))
    with pytest.raises(FileNotFoundError):
        fill(tmp_path / "results", "new", missing)
    assert content(tmp_path)["results/numbers.csv"] == b"old"
    assert names(tmp_path) == {"results"}


def test_a_file_that_cannot_be_written_within_the_folder_is_blamed_on_it(tmp_path):
    within = PermissionError(13, "No", str(tmp_path / ".results.new" / "numbers.csv"))
    assert refused(fill, tmp_path / "results", "new", within) == (
        f"{tmp_path}/results can't be written (No) and was left as it was"
    )
