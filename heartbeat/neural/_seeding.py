"""Random numbers and threads that are given back as they were found."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import joblib
import torch
from joblib.parallel import get_active_backend

__all__ = ["borrowed_generators", "borrowed_threads"]

_lock = threading.Lock()
_n_borrowers = 0
_found: torch.Tensor


@contextmanager
def borrowed_generators(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators, which initialisation and dropout draw from; restore them.

    Threads that borrow at once disturb each other, but whoever is last gives back what the first
    found.
    """
    devices = [device.index or 0] if device.type == "cuda" else []
    with _given_back_by_the_last(), torch.random.fork_rng(devices=devices):
        torch.default_generator.manual_seed(seed)
        if devices:
            torch.cuda.default_generators[devices[0]].manual_seed(seed)
        yield


@contextmanager
def _given_back_by_the_last() -> Iterator[None]:
    global _n_borrowers, _found
    with _lock:
        if not _n_borrowers:
            _found = torch.get_rng_state()
        _n_borrowers += 1
    try:
        yield
    finally:
        with _lock:
            _n_borrowers -= 1
            if not _n_borrowers:
                torch.set_rng_state(_found)


@contextmanager
def borrowed_threads(n_threads: int | None = None) -> Iterator[int]:
    """Set the number of torch threads; restore it.

    Left at None, the number is what the caller has set, except in the workers of a parallel
    search: there the cores are already taken, one worker each, and a network that starts a thread
    on every core slows all of them down.
    """
    before = torch.get_num_threads()
    n_threads = _fair_share(before) if n_threads is None else n_threads
    torch.set_num_threads(n_threads)
    try:
        yield n_threads
    finally:
        torch.set_num_threads(before)


def _fair_share(current: int) -> int:
    backend, _ = get_active_backend()
    if not getattr(backend, "nesting_level", 0):
        return current
    if threading.current_thread() is not threading.main_thread():
        return 1
    # loky tells its processes their share of the cores this way.
    granted = os.environ.get("OMP_NUM_THREADS", "1")
    share = int(granted) if granted.isdigit() and int(granted) > 0 else 1
    return min(current, share, joblib.cpu_count())
