"""Speed of `BoostedTreesClassifier`, compared with scikit-learn's predictions of the same trees.

    python benchmarks/boosted_trees_speed.py

Both are fitted to synthetic beats with the columns of the shipped weights, and predict the
probabilities of the same table, and of one beat at a time, as in a live signal. Contestants take
turns on one thread, and the minimum over the rounds counts.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.datasets import make_beats
from heartbeat.weights import model_card

SEED, N_ALONE = 0, 50


def main() -> None:
    parser = BenchmarkParser(
        __doc__, takes="two minutes on one core", writes=["boosted_trees_speed.csv"]
    )
    parser.add_argument("--beats", type=int, default=20_000, help="beats of the table")
    parser.add_argument("--rounds", type=int, default=5, help="number of runs of each contestant")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    header = protocol_header(
        "Speed of boosted trees",
        data=f"{arguments.beats} synthetic beats with the context blocks of the shipped weights",
        timing=f"least of {arguments.rounds} rounds; contestants take turns",
        seed=SEED,
        threads=1,
    )
    print(header)
    context = model_card("any-lead").context_blocks
    beats = make_beats(arguments.beats, context=context, random_state=SEED)
    # A beat in ten with a wrong class gives trees as deep as those of real beats.
    rng = np.random.default_rng(SEED)
    y = np.where(rng.random(len(beats.target)) < 0.1, rng.permutation(beats.target), beats.target)
    with threadpool_limits(1):
        trees = BoostedTreesClassifier(random_state=SEED).fit(beats.data, y)
        peer = HistGradientBoostingClassifier(early_stopping=False, **trees.get_params())
        peer.fit(beats.data, y)
        rows = compare(
            {"BoostedTreesClassifier": trees, "scikit-learn": peer}, beats.data, arguments.rounds
        )
    frame = pd.DataFrame(rows)
    print(frame.round(2).to_string(index=False))
    print(f"written to {results.save_table(frame, 'boosted_trees_speed', header)}")


def compare(models: dict, X: np.ndarray, rounds: int) -> list[dict]:
    """Return a row for each contestant."""
    best = {name: {"table": np.inf, "alone": np.inf} for name in models}
    for _ in range(rounds):
        for name, model in models.items():
            for what, task in tasks(model, X).items():
                start = time.perf_counter()
                task()
                best[name][what] = min(best[name][what], time.perf_counter() - start)
    exact = models["scikit-learn"].predict_proba(X)
    return [
        {
            "model": name,
            "beats per second": len(X) / taken["table"],
            "times scikit-learn": best["scikit-learn"]["table"] / taken["table"],
            "ms for one beat": 1000 * taken["alone"] / N_ALONE,
            "largest difference": np.abs(models[name].predict_proba(X) - exact).max(),
        }
        for name, taken in best.items()
    ]


def tasks(model, X: np.ndarray) -> dict[str, Callable[[], object]]:
    return {
        "table": lambda: model.predict_proba(X),
        "alone": lambda: [model.predict_proba(X[i : i + 1]) for i in range(N_ALONE)],
    }


if __name__ == "__main__":
    main()
