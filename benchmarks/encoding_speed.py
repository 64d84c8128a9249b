"""Speed of `BeatEncoder`, compared with a plain torch loop over the same network.

    python benchmarks/encoding_speed.py --threads 2

The loop is written as one would by hand: the trained network in evaluation mode, batches of 512 in
`torch.inference_mode`, features converted to NumPy. Contestants take turns, and the minimum over
the rounds counts.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from _common import protocol_header
from _script import BenchmarkParser

from heartbeat.neural import load_classifier
from heartbeat.transfer import BeatEncoder
from heartbeat.weights import list_weights, model_card

_BATCH = 512


def by_hand(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return a plain loop over the body of the network of these weights."""
    network = load_classifier(name).net_.module_.eval()

    def encode(X: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            beats = ((torch.from_numpy(X[:, None]) - network.lead_mean) / network.lead_scale).split(
                _BATCH
            )
            return torch.cat([network.body(batch) for batch in beats]).numpy()

    return encode


def main() -> None:
    parser = BenchmarkParser(__doc__, takes="a minute on two cores", writes=["encoding_speed.csv"])
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    parser.add_argument("--beats", type=int, default=50_000, help="beats to encode")
    parser.add_argument("--rounds", type=int, default=5, help="number of runs of each contestant")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    torch.set_num_threads(arguments.threads)
    header = protocol_header(
        "Encoding speed",
        data=f"{arguments.beats} random beats of 187 samples; seed 0",
        timing=f"least of {arguments.rounds} rounds; contestants take turns",
        threads=arguments.threads,
    )
    print(header)
    X = np.random.default_rng(0).random((arguments.beats, 187), dtype=np.float32)
    # Twice the rate and the same seconds, so that every beat is resampled.
    faster = np.random.default_rng(0).random((arguments.beats, 375), dtype=np.float32)
    contestants = {}
    for name in list_weights():
        contestants[name, "bare torch loop"] = by_hand(name), X
        for words, options in {
            "BeatEncoder": {},
            "BeatEncoder, pooled": {"pooling": "mean_max"},
            "BeatEncoder, bfloat16": {"precision": "bfloat16"},
        }.items():
            contestants[name, words] = BeatEncoder(name, **options).fit(X).transform, X
        if model_card(name).layout == "centered":
            encoder = BeatEncoder(name, fs=250.0, before=0.5).fit(faster)
            contestants[name, "BeatEncoder, from 250 Hz"] = encoder.transform, faster
    seconds = dict.fromkeys(contestants, np.inf)
    for _ in range(arguments.rounds):
        for key, (encode, table) in contestants.items():
            start = time.perf_counter()
            encode(table)
            seconds[key] = min(seconds[key], time.perf_counter() - start)
    rows = [
        {
            "weights": name,
            "way": way,
            "beats_per_s": arguments.beats / taken,
            "times_the_loop": seconds[name, "bare torch loop"] / taken,
        }
        for (name, way), taken in seconds.items()
    ]
    frame = pd.DataFrame(rows)
    print(frame.round(2).to_string(index=False))
    print(f"written to {results.save_table(frame, 'encoding_speed', header)}")


if __name__ == "__main__":
    main()
