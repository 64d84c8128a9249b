"""A cluster of several processes, one of which is killed: nothing is lost, nothing done twice."""

import os
import signal
import threading
import time
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from heartbeat.annotation import BeatAnnotator, annotate_files
from heartbeat.datasets import load_sample_recording, make_beats
from heartbeat.model_selection import SubjectKFold
from heartbeat.neural import CNNClassifier
from heartbeat.recording._wfdb_library import wfdb
from heartbeat.segmentation import segment_beats

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")

# Workers that are killed leave connections and tasks behind, of which distributed and asyncio warn.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

N_RECORDINGS = 40
N_WORKERS = 2


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of two processes on this machine, copies of one that has imported what they need.

    Whoever is killed is replaced by a new one.
    """
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        context = distributed.utils.get_mp_context()
        context.set_forkserver_preload(["distributed", "heartbeat.annotation", "heartbeat.neural"])
        with distributed.LocalCluster(
            n_workers=N_WORKERS,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("cluster")),
        ) as cluster:
            yield cluster


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster) as client:
        client.wait_for_workers(N_WORKERS, timeout=120)
        yield client


@pytest.fixture
def labels(tmp_path):
    folder = tmp_path / "labels"
    folder.mkdir()
    return folder


@pytest.fixture
def recordings(tmp_path):
    """Many recordings of one minute, each of another amplitude."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    lead = load_sample_recording().lead("MLII").astype(float)
    for number in range(N_RECORDINGS):
        start = number * 1000
        wfdb.wrsamp(
            f"r{number:02d}", 360, ["mV"], ["MLII"], lead[start : start + 21_600, np.newaxis],
            fmt=["16"], write_dir=str(folder),
        )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def annotator():
    beats = segment_beats(load_sample_recording(), context="rr", as_frame=True)
    return BeatAnnotator(
        DecisionTreeClassifier(max_depth=4, random_state=0).fit(beats.data, beats.target)
    )


class Killer(threading.Thread):
    """Kills a worker that is at work, as soon as a condition holds."""

    def __init__(self, client, condition):
        super().__init__(daemon=True)
        self.client, self.condition = client, condition
        self.killed: int | None = None

    def run(self):
        pids = self.client.run(os.getpid)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            busy = [worker for worker, tasks in self.client.processing().items() if tasks]
            if busy and self.condition():
                os.kill(pids[busy[0]], signal.SIGKILL)
                self.killed = pids[busy[0]]
                return
            time.sleep(0.01)


def every_worker_has_the_arrays(client) -> bool:
    holders = [who for key, who in client.who_has().items() if str(key).startswith("ndarray")]
    return bool(holders) and all(len(who) == N_WORKERS for who in holders)


def read(folder: Path) -> dict[str, bytes]:
    """Return the files; who is killed may leave the draft of one, under a hidden name."""
    return {path.name: path.read_bytes() for path in folder.glob("[!.]*") if path.is_file()}


def test_every_recording_is_labelled_once_though_a_worker_dies(
    client, recordings, labels, annotator
):
    killer = Killer(client, lambda: 0 < len(list(labels.glob("*.hb"))) < N_RECORDINGS // 2)
    killer.start()
    with joblib.parallel_config(backend="dask"):
        table = annotate_files(recordings, labels, annotator=annotator)
    killer.join()
    assert killer.killed is not None
    assert killer.killed not in client.run(os.getpid).values()
    assert table["status"].tolist() == ["written"] * N_RECORDINGS
    assert table["recording"].is_unique and len(table) == N_RECORDINGS
    # The files are those that one process writes, and nothing was left half done.
    alone = labels.parent / "alone"
    alone.mkdir()
    here = annotate_files(recordings, alone, annotator=annotator)
    assert here["recording"].tolist() == table["recording"].tolist()
    assert read(labels) == read(alone)
    # Nothing is left to do.
    again = annotate_files(recordings, labels, annotator=annotator)
    assert set(again["status"]) == {"already there"}


def test_a_search_over_networks_finds_the_same_though_a_worker_dies(client):
    beats = make_beats(240, n_subjects=8, random_state=0)
    X, y = beats.data, beats.target
    folds = list(SubjectKFold(3).split(X, y, beats.subject))
    search = GridSearchCV(
        CNNClassifier(max_epochs=2, width=4, depth=1, random_state=0),
        {"lr": [1e-3, 1e-2], "dropout": [0.0, 0.2]},
        cv=folds,
        scoring="f1_macro",
    )
    results = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        results["here"] = search.fit(X, y).cv_results_
        killer = Killer(client, lambda: every_worker_has_the_arrays(client))
        killer.start()
        # What one worker alone had would be lost with it, and Dask would remove idle copies.
        client.amm.stop()
        copies = [X, y, *(rows for fold in folds for rows in fold)]
        with joblib.parallel_config(backend="dask", scatter=copies):
            results["cluster"] = search.fit(X, y).cv_results_
        killer.join()
    finally:
        torch.set_num_threads(threads)
    assert killer.killed is not None
    here, cluster = (pd.DataFrame(results[name]) for name in ("here", "cluster"))
    scores = [name for name in here if "test_score" in name and "rank" not in name]
    assert len(scores) == 5
    assert here[scores].notna().all(axis=None)
    np.testing.assert_allclose(here[scores], cluster[scores], rtol=0, atol=1e-12)
