"""Another user's process counts, and an interrupt is heard, though it may wait."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from analysis.core.processes import interrupt_waits
from tests.conftest import ROOT

#: Asks for the first process of the system, which is root's, as somebody else.
OF_ANOTHER_USER = """
import os
from contextlib import suppress
from analysis.core.processes import is_running
with suppress(OSError):
    os.setuid(65534)
print(is_running(1))
"""


def test_another_users_process_is_running() -> None:
    command = [sys.executable, "-c", OF_ANOTHER_USER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_an_interrupt_waits_until_the_block_has_ended() -> None:
    done = []

    def interrupted() -> None:
        with interrupt_waits():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("the rest of the block")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == ["the rest of the block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_is_heard_though_the_block_fails() -> None:
    def interrupted() -> None:
        with interrupt_waits():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_where_nothing_is_interrupted_nothing_waits() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupt_waits():
        os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.signal(signal.SIGINT, before)
    found = []

    def in_a_thread() -> None:
        with interrupt_waits():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert found == [before]
