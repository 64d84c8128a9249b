"""Tasks for which no weights were trained, and the draw of the subjects to label."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch
from train_weights import make_classifier

from heartbeat.datasets import get_data_home, load_beats, load_kaggle_ptbdb
from heartbeat.labels import DS1, DS2, PACED_RECORDS
from heartbeat.neural import save_classifier
from heartbeat.weights import model_card

# The person of record 202 is also that of 201, which is in DS1.
_UNSEEN = tuple(record for record in DS2 if record != "202")
_TRAINING_BEATS, _TEST_BEATS = 300, 500  # of each subject, at random: about 4 and 7 minutes
ANY_LEAD = ", any lead"
"""Ending of the names of methods that use weights for any lead."""
_LEADS = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")


@dataclass(frozen=True, eq=False)
class Target:
    """A labelled table, and what its subjects are drawn as.

    `strata` gives a class to each subject. A draw holds subjects of all classes in proportion, at
    least one of each, and leaves at least one of each to test on; fewer than classes are of the
    first in the alphabet. With `by_subject`, a subject has one label, and its beats' probabilities
    are averaged. With `same_task`, classes and context are those of the weights. `scaled` holds the
    same beats in units of their QRS complexes, for weights for any lead.
    """

    X: pd.DataFrame
    y: np.ndarray
    subject: np.ndarray
    strata: pd.Series
    weights: str
    counts: tuple[int, ...]
    before: float = 0.5
    by_subject: bool = False
    same_task: bool = False
    scaled: pd.DataFrame | None = None

    @property
    def classes(self) -> list[str]:
        """Return the labels, sorted."""
        return np.unique(self.y).tolist()

    def offers(self, method: str) -> bool:
        """Say whether a method can be applied."""
        if method.endswith(ANY_LEAD) and self.scaled is None:
            return False
        if method.startswith("weights as they are"):
            return self.same_task
        one_lead = sum(name.endswith("_000") for name in self.X.columns) == 1
        return one_lead or "fine-tuned" not in method

    def for_any_lead(self) -> "Target":
        """Return the same task for weights for any lead, trained on none of its subjects."""
        return replace(self, X=self.scaled, weights="any-lead-ds1")

    def draw(self, n_subjects: int, repeat: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the labelled subjects and of those to test on."""
        rng = np.random.default_rng(repeat)
        shuffled = self.strata.sample(frac=1, random_state=repeat)
        shares = shuffled.value_counts().sort_index()
        wanted = (shares / shares.sum() * n_subjects).round().astype(int)
        wanted = wanted.clip(1, (shares - 1).clip(lower=1))
        while wanted.sum() > n_subjects:
            wanted[wanted.iloc[::-1].idxmax()] -= 1
        while wanted.sum() < n_subjects:
            wanted[(shares - 1 - wanted).idxmax()] += 1
        labelled = np.concatenate(
            [shuffled.index[shuffled == label][:n] for label, n in wanted.items()]
        )
        is_labelled = np.isin(self.subject, labelled)
        return (
            self._some(np.flatnonzero(is_labelled), _TRAINING_BEATS, rng),
            self._some(np.flatnonzero(~is_labelled), _TEST_BEATS, rng),
        )

    def _some(self, rows: np.ndarray, n_most: int, rng: np.random.Generator) -> np.ndarray:
        rows = rng.permutation(rows)
        rank = pd.Series(self.subject[rows]).groupby(self.subject[rows]).cumcount()
        return np.sort(rows[rank < n_most])


@dataclass(frozen=True)
class Source:
    """Where a target comes from."""

    title: str
    protocol: str
    load: Callable[[str | None], Target]
    reported: bool = True


def ludb(leads: tuple[str, ...]) -> Callable[[str | None], Target]:
    """Return a loader of LUDB: whether a patient has ischaemia or a scar."""

    def load(data_home: str | None) -> Target:
        beats, scaled = load_both("ludb", None, data_home, leads=leads, context=())
        table = pd.read_csv(get_data_home(data_home) / "ludb" / "ludb.csv").set_index("ID")
        found = table["Ischemia"].notna().map({True: "present", False: "absent"})
        found.index = found.index.astype(str)
        return Target(
            X=beats.data,
            y=found[beats.subject].to_numpy(str),
            subject=beats.subject,
            strata=found,
            weights="mitdb-ds1-centered",
            counts=(10, 20, 40, 160),
            by_subject=True,
            scaled=scaled,
        )

    return load


def bundle_branch_blocks(data_home: str | None) -> Target:
    """Load normal, bundle branch block and paced beats of the records that are not in DS1."""
    beats, scaled = load_both("mitdb", _UNSEEN + PACED_RECORDS, data_home, context=())
    kept = np.isin(beats.symbol, list("NLR/"))
    symbol, subject = beats.symbol[kept], beats.subject[kept]
    rare_first = {"/": 0, "L": 1, "R": 2, "N": 3}
    strata = pd.Series(symbol).groupby(subject).agg(lambda s: min(s, key=rare_first.get))
    return Target(
        X=beats.data[kept].reset_index(drop=True),
        y=symbol,
        subject=subject,
        strata=strata,
        weights="mitdb-ds1-centered",
        counts=(4, 7, 10, 20),
        scaled=scaled[kept].reset_index(drop=True),
    )


def load_both(
    database: str, records: tuple[str, ...] | None, data_home: str | None, **options: Any
) -> tuple[Bunch, pd.DataFrame]:
    """Return beats in mV, and the data of the same beats in units of their QRS complexes."""
    options = model_card("mitdb-ds1-centered").segmentation | options
    beats, scaled = (
        load_beats(database, records=records, data_home=data_home, as_frame=True, **way)
        for way in (options, options | {"scaling": "qrs"})
    )
    if not np.array_equal(beats["sample"], scaled["sample"]):
        raise RuntimeError("the two tables hold different beats")
    if len(scaled.leads) == 1:
        (lead,) = scaled.leads
        scaled.data.columns = scaled.data.columns.str.replace(f"{lead}_", "any_", regex=False)
    return beats, scaled.data


def load_nsv(records: tuple[str, ...], data_home: str | None) -> tuple[Any, ...]:
    """Return beats of classes N, S and V, their classes and subjects, and their scaled data."""
    beats, scaled = load_both("mitdb", records, data_home)
    y = np.asarray(beats.target)
    kept = np.isin(y, list("NSV"))
    data, scaled = (table[kept].reset_index(drop=True) for table in (beats.data, scaled))
    return data, y[kept], beats.subject[kept], scaled


def other_hospital(
    X: pd.DataFrame,
    y: np.ndarray,
    subject: np.ndarray,
    weights: str,
    counts: tuple[int, ...],
    scaled: pd.DataFrame | None = None,
) -> Target:
    """Return the task of the weights themselves, on subjects that are new to them."""
    # Whoever labels a subject takes one with something to label.
    ectopic = pd.Series(y != "N").groupby(subject).sum() >= 20
    strata = ectopic.map({True: "ectopic", False: "normal"})
    return Target(X, y, subject, strata, weights, counts, same_task=True, scaled=scaled)


def new_database(data_home: str | None) -> Target:
    """Load DS2 as if it were another hospital's."""
    X, y, subject, scaled = load_nsv(_UNSEEN, data_home)
    return other_hospital(X, y, subject, "mitdb-ds1-centered", (1, 2, 5, 10, 17), scaled)


def half_of_ds1(data_home: str | None) -> Target:
    """Load every other subject of DS1, for weights that the same recipe makes of the others."""
    X, y, subject, _ = load_nsv(DS1, data_home)
    new = np.isin(subject, np.unique(subject)[::2])
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / "half.safetensors"
    save_classifier(make_classifier().fit(X[~new], y[~new]), path)
    return other_hospital(X[new].reset_index(drop=True), y[new], subject[new], str(path), (1, 2, 5))


def kaggle_ptb(data_home: str | None) -> Target:
    """Load Kaggle's PTB beats; whose they are is unknown, so beats are drawn."""
    beats = load_kaggle_ptbdb(data_home=data_home, as_frame=True)
    rows = np.arange(len(beats.data)).astype(str)
    y = np.asarray(beats.target)
    return Target(
        X=beats.data,
        y=y,
        subject=rows,
        strata=pd.Series(y, index=rows),
        weights="mitdb-ds1-kaggle",
        counts=(50, 200, 1000, int(0.8 * len(rows))),
        before=0.0,
    )


_LUDB = "LUDB, 200 patients, beats of their 10 s, probabilities averaged by patient"

TARGETS = {
    "infarction": Source(
        "infarction (Kaggle PTB, intra-patient)",
        "Kaggle PTB CSVs, beats drawn for want of subjects: intra-patient",
        kaggle_ptb,
    ),
    "ischaemia": Source(
        "ischaemia or scar (LUDB, lead II)",
        f"{_LUDB}; 51 with ischaemia or scar; lead II",
        ludb(("ii",)),
    ),
    "ischaemia-12": Source(
        "ischaemia or scar (LUDB, 12 leads)", "the same, 12 leads", ludb(_LEADS)
    ),
    "blocks": Source(
        "N, L, R, paced (records not in DS1)",
        "mitdb symbols N L R / of DS2 without 202 and of the paced records, 300 beats of each "
        "labelled subject",
        bundle_branch_blocks,
    ),
    "new-database": Source(
        "N, S, V of new subjects (DS2)",
        "mitdb classes N S V of DS2 without 202, with the context of the weights, "
        "300 beats of each labelled subject",
        new_database,
    ),
    "half": Source(
        "N, S, V of new subjects (half of DS1)",
        "mitdb classes N S V of every other subject of DS1, weights of the recipe on the others",
        half_of_ds1,
        reported=False,
    ),
}
