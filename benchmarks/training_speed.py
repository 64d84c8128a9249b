"""Time per epoch of plain skorch, a bare torch loop and `CNNClassifier`; and of prediction.

    python benchmarks/training_speed.py --threads 2
    python benchmarks/training_speed.py --beats 20000 --architectures lite kachuee --repeat 1
    python benchmarks/training_speed.py --beside loop --architectures lite   # on a busy machine

The same network, batch size and optimiser are used in three ways:

(a) skorch with its default loader, which collates batches beat by beat,
(b) a bare loop over slices of whole tensors, the minimum that torch needs,
(c) `CNNClassifier`, with all that it does in addition (loss by row, schedule, history),

in float32, and (b) and (c) also in bfloat16 if the CPU supports it. The epochs of the contestants
take turns, and the fastest of `repeat` counts, so that a busy machine affects all of them equally.
The beats are random numbers, because speed does not depend on their values.

``--beside`` runs another process at the same time, one that counts (``loop``) or one that copies
memory (``memory``), and adds its name to that of the table. The threads of (b) share each
operation, and those of (c) each batch, which makes a difference beside another process.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import torch
from _common import protocol_header, time_call
from _script import BenchmarkParser
from skorch import NeuralNetClassifier
from torch import nn

from heartbeat._layout import BeatLayout
from heartbeat.neural import CNNClassifier, list_architectures
from heartbeat.neural._device import use_bfloat16
from heartbeat.neural._network import BeatNetwork

N_TIMES, N_CLASSES, BATCH = 187, 5, 256
EPOCH = 87_554  # training beats of the intra-patient split


def multiply_accumulates(network: nn.Module) -> int:
    """Count the multiplications by weights, for one beat."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        total += module.weight[0].numel() * output[0].numel()

    handles = [
        part.register_forward_hook(count)
        for part in network.modules()
        if isinstance(part, nn.Conv2d | nn.Conv1d | nn.Linear)
    ]
    network.eval()(torch.zeros(1, N_TIMES))
    for handle in handles:
        handle.remove()
    return total


def gemm_peak(dtype: torch.dtype, size: int = 2048) -> float:
    """Return what a large matrix product reaches, in GFLOPS."""
    a, b = (torch.randn(size, size).to(dtype) for _ in range(2))
    torch.mm(a, b)
    seconds, _ = time_call(lambda: torch.mm(a, b), repeat=5)
    return 2 * size**3 / seconds / 1e9


def plain_skorch(name: str, X: np.ndarray, y: np.ndarray, reduced: bool) -> Callable[[], float]:
    network = BeatNetwork(name, BeatLayout(("lead",), N_TIMES), N_CLASSES)
    net = NeuralNetClassifier(
        network, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.AdamW, batch_size=BATCH,
        iterator_train__shuffle=True, train_split=None, verbose=0, max_epochs=1,
    ).initialize()  # fmt: skip

    def epoch() -> float:
        net.partial_fit(X, y)
        return net.history[-1]["dur"]

    return epoch


def bare_loop(name: str, X: np.ndarray, y: np.ndarray, reduced: bool) -> Callable[[], float]:
    network = BeatNetwork(name, BeatLayout(("lead",), N_TIMES), N_CLASSES)
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)
    rows, classes = torch.from_numpy(X), torch.from_numpy(y)

    def epoch() -> float:
        start = time.perf_counter()
        network.train()
        for chosen in torch.randperm(len(rows)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=reduced):
                logits = network(rows[chosen])
            nn.functional.cross_entropy(logits, classes[chosen]).backward()
            optimizer.step()
        return time.perf_counter() - start

    return epoch


def classifier(name: str, X: np.ndarray, y: np.ndarray, reduced: bool) -> Callable[[], float]:
    model = CNNClassifier(
        name, max_epochs=1, batch_size=BATCH, warm_start=True, random_state=0,
        precision="bfloat16" if reduced else "float32", device="cpu",
    )  # fmt: skip

    def epoch() -> float:
        return model.fit(X, y).history_["dur"].iloc[0]

    epoch.model = model
    return epoch


BUSY = {
    "loop": "while True: pass",
    "memory": "import numpy as np; a = np.ones(2**26); b = a.copy()\nwhile True: b[:] = a",
}
CONTESTANTS = {"plain skorch": plain_skorch, "bare loop": bare_loop, "CNNClassifier": classifier}


def measure(name: str, X: np.ndarray, y: np.ndarray, reduced: bool, repeat: int) -> list[dict]:
    network = BeatNetwork(name, BeatLayout(("lead",), N_TIMES), N_CLASSES)
    macs = multiply_accumulates(network)
    peak = gemm_peak(torch.bfloat16 if reduced else torch.float32)
    contestants = {
        way: make(name, X, y, reduced)
        for way, make in CONTESTANTS.items()
        if not (reduced and make is plain_skorch)
    }
    warm = slice(0, 4 * BATCH)
    for make in (bare_loop, classifier):
        make(name, X[warm], y[warm], reduced)()
    seconds: dict[str, list[float]] = {way: [] for way in contestants}
    for _ in range(repeat):
        for way, epoch in contestants.items():
            seconds[way].append(epoch())
    model = contestants["CNNClassifier"].model
    predict_s, _ = time_call(lambda: model.predict_proba(X), repeat=max(2, repeat))
    rows = []
    for way, times in seconds.items():
        speed = len(X) / min(times)
        rows.append(
            {
                "architecture": name,
                "precision": "bfloat16" if reduced else "float32",
                "way": way,
                "train_beats_per_s": speed,
                "epoch_s": EPOCH / speed,
                "share_of_gemm_peak": 6 * macs * speed / 1e9 / peak,
                "gemm_peak_gflops": peak,
                "predict_beats_per_s": len(X) / predict_s if way == "CNNClassifier" else np.nan,
                "macs": macs,
                "parameters": sum(p.numel() for p in network.parameters()),
            }
        )
    return rows


@contextmanager
def busy_process(kind: str) -> Iterator[None]:
    """Run another process meanwhile."""
    if kind == "nothing":
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", BUSY[kind]])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="3 minutes on two cores with the published settings; 45 with the defaults",
        writes=["training_speed.csv", *(f"training_speed_beside_{kind}.csv" for kind in BUSY)],
        published=[
            "--beats 6144 --repeat 2",
            *(f"--beats 6144 --repeat 2 --architectures lite --beside {kind}" for kind in BUSY),
        ],
    )
    parser.add_argument(
        "--architectures", nargs="+", default=list_architectures(), help="architectures to measure"
    )
    parser.add_argument("--beats", type=int, default=EPOCH, help="number of beats per epoch")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    parser.add_argument(
        "--repeat", type=int, default=3, help="number of epochs, of which the fastest counts"
    )
    parser.add_argument(
        "--beside",
        default="nothing",
        choices=["nothing", *BUSY],
        help="process to run at the same time",
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    torch.set_num_threads(arguments.threads)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((arguments.beats, N_TIMES), dtype=np.float32)
    y = rng.integers(0, N_CLASSES, arguments.beats)
    header = protocol_header(
        "Training and prediction speed",
        data=f"{arguments.beats} random beats of {N_TIMES} samples, batches of {BATCH}; seed 0",
        epoch_s=f"for {EPOCH} beats, from the speed measured",
        timing=f"least of {arguments.repeat} epochs; contestants take turns",
        share="6 FLOP a multiply-accumulate (forward and backward) / measured peak of a GEMM",
        threads=arguments.threads,
        beside=arguments.beside,
    )
    name_of_table = "training_speed"
    if arguments.beside != "nothing":
        name_of_table += f"_beside_{arguments.beside}"
    print(header)
    precisions = [False, True] if use_bfloat16("auto", torch.device("cpu"), EPOCH) else [False]
    rows: list[dict] = []
    for name in arguments.architectures:
        for reduced in precisions:
            with busy_process(arguments.beside):
                new = measure(name, X, y, reduced, arguments.repeat)
            rows += new
            results.save_table(pd.DataFrame(rows), name_of_table, header)
            print(
                pd.DataFrame(rows[-len(new) :]).to_string(index=False, float_format="%.4g"),
                flush=True,
            )


if __name__ == "__main__":
    main()
