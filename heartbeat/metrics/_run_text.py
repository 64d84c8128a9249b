"""The tables of the standard's program rxr, character for character."""

import numpy as np

from heartbeat.metrics._ec57 import ratio

KINDS = ("V", "S")
"""Kinds of runs (ventricular, supraventricular), in the order of every array and table."""

RUN_LENGTHS = {"couplet": (2, 2), "short run": (3, 5), "long run": (6, 6)}
"""Classes of run length: shortest and longest length in beats; 6 stands for six and more."""

RATES = tuple(
    f"{kind} {run} {rate}" for kind in KINDS for run in RUN_LENGTHS for rate in ("Se", "+P")
)
"""Names of the rates, in the order of every table."""

LINE_HEADERS = {
    "V": "Record CTs CFN CTp CFP STs SFN STp SFP LTs LFN LTp LFP  CSe C+P SSe S+P LSe L+P",
}
LINE_HEADERS["S"] = "(SVE run detection)\n" + LINE_HEADERS["V"]

_TITLES = {"V": "VE", "S": "SVE"}
_LABELS = ("0", "1", "2", "3", "4", "5", ">5")


def run_counts(sensitivity: np.ndarray, predictivity: np.ndarray) -> np.ndarray:
    """Return TPs, FN, TPp and FP of couplets, short and long runs, shape (..., 3, 4).

    A run counts as found, or as right, if the longest run in its window is not of a shorter class.

    Parameters
    ----------
    sensitivity, predictivity : ndarray of shape (..., 7, 7)
        Rows are lengths of the reference's runs, columns those of the test's.
    """
    counts = []
    for shortest, longest in RUN_LENGTHS.values():
        row = []
        for matrix in (sensitivity, predictivity.swapaxes(-1, -2)):
            of_class = matrix[..., shortest : longest + 1, :]
            true = of_class[..., shortest:].sum(axis=(-1, -2))
            row += [true, of_class.sum(axis=(-1, -2)) - true]
        counts.append(np.stack(row, axis=-1))
    return np.stack(counts, axis=-2)


def rate_parts(counts: np.ndarray) -> list[tuple[int, int]]:
    """Return numerator and denominator of Se and +P of couplets, short and long runs."""
    parts = []
    for found, missed, right, wrong in counts.tolist():
        parts += [(found, found + missed), (right, right + wrong)]
    return parts


def rates_of(counts: np.ndarray) -> np.ndarray:
    """Return Se and +P, shape (..., 2), of counts (..., 4) as `run_counts` returns them."""
    true, false = counts[..., [0, 2]], counts[..., [1, 3]]
    return ratio(true, true + false)


def standard_report(
    sensitivity: np.ndarray, predictivity: np.ndarray, record: str, reference: str, test: str
) -> str:
    """Return the two tables of ``rxr -S`` for matrices of shape (2, 7, 7)."""
    return "\n".join(
        _standard_table(kind, found, right, record, reference, test)
        for kind, found, right in zip(KINDS, sensitivity, predictivity, strict=True)
    )


def _standard_table(
    kind: str,
    sensitivity: np.ndarray,
    predictivity: np.ndarray,
    record: str,
    reference: str,
    test: str,
) -> str:
    lines = [
        f"{_TITLES[kind]} run-by-run comparison results for record {record}",
        f"Reference annotator: {reference}",
        f"     Test annotator: {test}",
        "",
        *_matrix(sensitivity),
        "",
        "      (Run Sensitivity Summary Matrix)",
        "",
        "",
        *_matrix(predictivity),
        "",
        " (Run Positive Predictivity Summary Matrix)",
        "",
    ]
    titles = [
        f"{name.capitalize()} {rate}"
        for name in RUN_LENGTHS
        for rate in ("sensitivity", "positive predictivity")
    ]
    parts = rate_parts(run_counts(sensitivity, predictivity))
    for title, (part, whole) in zip(titles, parts, strict=True):
        value = f"{percent(part, whole)}%" if whole else "- "
        lines.append(f"{title:>31}:{value:>5} ({part}/{whole})")
    return "\n".join([*lines, ""])


def _matrix(counts: np.ndarray) -> list[str]:
    lines = [
        "               Algorithm Run Length",
        "      " + "".join(f"{label:>5}" for label in _LABELS),
        "     ____________________________________",
    ]
    for label, row in zip(_LABELS, counts.tolist(), strict=True):
        cells = [f"{count:5d}" for count in row]
        if label == "0":
            cells[0] = " " * 5
        lines.append(f"{label:>4} |" + "".join(cells))
    return lines


def format_line(name: str, counts: np.ndarray) -> str:
    """Format the twelve counts of a line."""
    return name + "".join(f"{count:4d}" for count in counts.ravel().tolist())


def format_rates(rates: list[int | None]) -> str:
    """Format whole percentages in columns of four characters; an undefined one is "-"."""
    return "".join("   -" if rate is None else f"{rate:4d}" for rate in rates)


def line(counts: np.ndarray, record: str) -> str:
    """Return the line of ``rxr -L``."""
    rates = [percent(part, whole) for part, whole in rate_parts(counts)]
    return f"{format_line(f'{record:>4}', counts)} {format_rates(rates)}"


def percent(part: int, whole: int) -> int | None:
    """Return the percentage rounded half up to an integer, or None if the denominator is 0."""
    return (200 * part + whole) // (2 * whole) if whole else None
