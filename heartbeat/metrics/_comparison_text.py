"""The tables of the standard's program bxb, character for character."""

import numpy as np

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._ec57 import N_CLASSES, class_counts

LINE_HEADER = (
    "Record Nn' Sn' Vn' Fn' On'  Ns  Ss  Vs  Fs' Os' Nv  Sv   Vv  Fv' Ov' No' So' Vo' Fo'"
    "  Q Se   Q +P   V Se   V +P   S Se   S +P RR err"
)
SHUTDOWN_HEADER = (
    "Record Nx   Sx   Vx   Fx   Qx  % beats  % N    % S    % V    % F   Total Shutdown\n"
    "                                missed missed missed missed missed      Time"
)


def qrs_counts(counts: np.ndarray) -> tuple[int, int, int]:
    """Return the numbers of found, missed and extra beats of any class."""
    found = counts[:N_CLASSES, :N_CLASSES].sum()
    missed = counts[:N_CLASSES, N_CLASSES:].sum()
    extra = counts[N_CLASSES:, :N_CLASSES].sum()
    return int(found), int(missed), int(extra)


def beat_counts(counts: np.ndarray) -> dict[str, tuple[int, int, int]]:
    """Return TP, FN and FP of QRS complexes ("Q"), VEBs ("V") and SVEBs ("S")."""
    by_class = class_counts(counts)
    result = {"Q": qrs_counts(counts)}
    for letter in "VS":
        position = AAMI_CLASSES.index(letter)
        tp, fn, fp = (int(by_class[name][position]) for name in ("tp", "fn", "fp"))
        result[letter] = (tp, fn, fp)
    return result


def standard_report(
    counts: np.ndarray, rms_rr_error: float, record: str, reference: str, test: str
) -> str:
    """Return the table of ``bxb -S``."""
    lines = [
        f"Beat-by-beat comparison results for record {record}",
        f"Reference annotator: {reference}",
        f"     Test annotator: {test}",
        "",
        "               Algorithm",
        "        n    s    v    f    q    o    x",
        "   ____________________________________",
    ]
    for letter, row in zip([*AAMI_CLASSES, "O", "X"], counts, strict=True):
        shown = row if letter in AAMI_CLASSES else row[:N_CLASSES]
        lines.append(f" {letter} |" + "".join(f"{count:5d}" for count in shown))
    lines.append("")
    titles = {"Q": "QRS", "V": "VEB", "S": "SVEB"}
    for letter, (tp, fn, fp) in beat_counts(counts).items():
        lines.append(_rate(f"{titles[letter]} sensitivity", tp, tp + fn))
        lines.append(_rate(f"{titles[letter]} positive predictivity", tp, tp + fp))
    rms = format_rates([rms_rr_error])
    lines.append(f"{'RMS RR interval error':>26}:{rms} ms")
    return "\n".join(lines)


def line_counts(counts: np.ndarray) -> list[int]:
    """Return the 19 counts of a line; a prime in the header marks a sum of several cells.

    References F and Q are one class there, as are the labels n, f and q, and o and x.
    """
    rows = [counts[[0]], counts[[1]], counts[[2]], counts[[3, 4]], counts[[5, 6]]]
    n, s, v, f, o = (block.sum(axis=0) for block in rows)
    return [
        *(int(row[[0, 3, 4]].sum()) for row in (n, s, v, f, o)),
        *(int(row[1]) for row in (n, s, v, f, o)),
        *(int(row[2]) for row in (n, s, v, f, o)),
        *(int(row[[5, 6]].sum()) for row in (n, s, v, f)),
    ]


def line(counts: np.ndarray, rms_rr_error: float, record: str) -> str:
    """Return the line of ``bxb -L``, first file."""
    rates = [percent(part, whole) for part, whole in rate_parts(counts)]
    return format_line(f"{record:>4}", line_counts(counts), rates, rms_rr_error)


def rate_parts(counts: np.ndarray) -> list[tuple[int, int]]:
    """Return numerator and denominator of Se and +P of Q, V and S, in the order of a line."""
    parts = []
    for tp, fn, fp in beat_counts(counts).values():
        parts += [(tp, tp + fn), (tp, tp + fp)]
    return parts


def format_line(name: str, counts: list[int], rates: list[float], rms: float | None) -> str:
    """Format a line; an undefined rate is "-", and an `rms` of None is omitted."""
    # Nn' and Vv are the two wide columns.
    widths = [6, *[4] * 11, 5, *[4] * 6]
    text = name + "".join(
        f" {count:{width - 1}d}" for count, width in zip(counts, widths, strict=True)
    )
    return text + format_rates(rates if rms is None else [*rates, rms])


def format_rates(rates: list[float]) -> str:
    """Format percentages (and the RR error) in columns of seven characters."""
    return "".join("      -" if np.isnan(rate) else f" {rate:6.2f}" for rate in rates)


def shutdown_line(counts: np.ndarray, shutdown: float, record: str) -> str:
    """Return the line of ``bxb -L``, second file."""
    of_class = counts[:N_CLASSES]
    total, in_shutdown = of_class.sum(axis=1), of_class[:, N_CLASSES + 1]
    missed = [percent(in_shutdown.sum(), total.sum())]
    missed += [percent(x, n) for x, n in zip(in_shutdown[:4], total[:4], strict=True)]
    return (
        f"{record:>4}"
        + "".join(f"{count:5d}" for count in in_shutdown)
        + "  "
        + format_rates(missed)
        + f"{shutdown:5.0f} seconds "
        + " ".join(str(count) for count in total)
    )


def percent(part: int, whole: int) -> float:
    """Return the percentage, or NaN if the denominator is 0."""
    return 100 * part / whole if whole else float("nan")


def _rate(title: str, part: int, whole: int) -> str:
    value = f"{percent(part, whole):6.2f}%" if whole else "     - "
    return f"{title:>26}: {value} ({part}/{whole})"
