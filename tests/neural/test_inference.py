import threading

import numpy as np
import pytest
import torch

from heartbeat._layout import BeatLayout
from heartbeat.neural._inference import CHUNK, map_batches, prepare_network, run_network
from heartbeat.neural._network import BeatNetwork


@pytest.mark.parametrize("name", ["inception", "lite", "resnet", "tcn"])
def test_folding_changes_nothing_but_the_time(name):
    torch.manual_seed(0)
    network = BeatNetwork(name, BeatLayout(("a",), 60, ("c",)), 5, width=8)
    rows = torch.randn(64, 61)
    for _ in range(3):
        network(rows)
    network.eval()
    ready = prepare_network(network, reduced=False)
    with torch.no_grad():
        torch.testing.assert_close(ready(rows), network(rows), rtol=1e-4, atol=1e-5)
    n_norms = [
        sum(isinstance(part, torch.nn.BatchNorm2d) for part in net.modules())
        for net in (ready, network)
    ]
    assert n_norms[0] < n_norms[1]


def test_chunks_do_not_matter():
    network = BeatNetwork("lite", BeatLayout(("a",), 30), 3, width=8)
    ready = prepare_network(network, reduced=False)
    rows = np.random.default_rng(0).standard_normal((CHUNK + 5, 30)).astype(np.float32)
    whole = run_network(ready, rows, torch.device("cpu"))
    assert whole.dtype == np.float32
    np.testing.assert_allclose(
        whole[-5:], run_network(ready, rows[-5:], torch.device("cpu")), rtol=1e-4, atol=1e-5
    )


def test_batches_come_back_in_order_however_many_threads_work():
    seen = set()

    def work(rows):
        seen.add((threading.current_thread().name.split("_")[0], torch.get_num_threads()))
        return rows.start

    before = torch.get_num_threads()
    for n_threads in (1, 2):
        torch.set_num_threads(n_threads)
        try:
            found = map_batches(work, 1000, 10, torch.device("cpu"))
            assert torch.get_num_threads() == n_threads
        finally:
            torch.set_num_threads(before)
        assert found == list(range(0, 1000, 10))
    assert seen == {("MainThread", 1), ("batches", 1)}


def test_an_error_in_a_batch_is_raised():
    with pytest.raises(ZeroDivisionError):
        map_batches(lambda rows: 1 // (rows.start - 10), 30, 10, torch.device("cpu"))
