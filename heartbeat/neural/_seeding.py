"""Set random generators and thread counts temporarily, and restore them."""

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
    """Seed torch's global generators, which initialisation and dropout use; restore them later.

    Threads that use this at the same time disturb each other, but the last one to finish restores
    the state that the first one found.
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
    """Set the number of torch threads; restore it later.

    None keeps the caller's number, except in the workers of a parallel search. There each worker
    already has its own core, and networks that start one thread per core slow each other down.
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
    # loky sets this variable in its processes to their share of the cores.
    granted = os.environ.get("OMP_NUM_THREADS", "1")
    share = int(granted) if granted.isdigit() and int(granted) > 0 else 1
    return min(current, share, joblib.cpu_count())
