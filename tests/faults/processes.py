"""Work in a child process, which may be killed, starved of disk, or stripped of its rights."""

import os
import pickle
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NOBODY = 65_534


@dataclass
class Child:
    """A process that is at work."""

    pid: int
    pipe: int

    def kill(self) -> None:
        """End it at once, as a user, a batch system or the kernel does."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Any:
        """Return what the work returned, the exception it ended in, or None if it was killed."""
        with os.fdopen(self.pipe, "rb") as pipe:
            told = pipe.read()
        os.waitpid(self.pid, 0)
        return pickle.loads(told) if told else None


def start(work: Callable[[], Any]) -> Child:
    """Do work in a copy of this process."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    with warnings.catch_warnings():
        # The copy does nothing with the threads that it has not.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        os.close(writer)
        return Child(pid, reader)
    os.close(reader)
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        try:
            told = work()
        except Exception as error:
            told = error
        os.write(writer, pickle.dumps(told))
    finally:
        os._exit(0)


def with_files_of_at_most(n_bytes: int, work: Callable[[], Any]) -> Any:
    """Do work where the system refuses to let a file grow longer, as on a full disk."""

    def starved() -> Any:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
        return work()

    return start(starved).wait()


def killed_at(module: Any, function: str, work: Callable[[], Any], *, after: bool = False) -> Any:
    """Do work that ends where a function is called first, before it does anything or after."""

    def doomed() -> Any:
        original = getattr(module, function)

        def die(*args: Any, **kwargs: Any) -> None:
            if after:
                original(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(10)

        setattr(module, function, die)
        return work()

    return start(doomed).wait()


def without_rights(work: Callable[[], Any]) -> Any:
    """Do work as somebody to whom permissions apply, which they do not to root."""

    def humble() -> Any:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return work()

    return start(humble).wait()
