"""Choose the lead of a recording to annotate."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from heartbeat._shown import shown
from heartbeat.annotation._blocks import examine
from heartbeat.annotation._labeller import Labeller
from heartbeat.annotation._source import Source
from heartbeat.annotation._working import WorkingSignal
from heartbeat.recording import find_lead
from heartbeat.recording._lead_names import matching_lead

__all__ = ["choose_leads"]

_PREFERRED = ("MLII", "II", "MLI", "I", "V5", "MV5", "V4", "V6", "V3", "V2", "V1")
"""Leads in order of preference: beats are usually classified best in the first ones."""

# The quality of leads is compared in this many parts of this many seconds.
_N_PARTS, _PART_S = 3, 60.0
_NEARLY_AS_GOOD = 0.05


def choose_leads(
    source: Source, asked: str | int | Sequence[str | int], labeller: Labeller
) -> tuple[list[int], list[str]]:
    """Return the positions of the leads to annotate, and notes on the choice.

    Parameters
    ----------
    source : Source
        The recording.
    asked : "auto", "all", str, int or sequence of them
        The `lead` parameter of the user.
    labeller : Labeller
        The labeller that the leads must fit.

    Raises
    ------
    TypeError
        If `asked` is neither a lead nor a sequence.
    ValueError
        If the recording lacks a requested lead, or one that a classifier of several leads needs.
    """
    name = f"recording {source.name!r}"
    if len(labeller.leads) > 1:
        wanted = labeller.leads if isinstance(asked, str) and asked == "auto" else asked
        wanted = _named(wanted)
        if len(wanted) != len(labeller.leads):
            raise ValueError(
                f"the classifier needs the leads {list(labeller.leads)}, but got "
                f"lead={shown(asked)}. Name as many leads, or use lead='auto'."
            )
        return [find_lead(source.leads, lead, source=name) for lead in wanted], []
    if isinstance(asked, str) and asked == "auto":
        return _automatic(source, labeller)
    if isinstance(asked, str) and asked == "all":
        positions = list(range(len(source.leads)))
    else:
        positions = [find_lead(source.leads, lead, source=name) for lead in _named(asked)]
    if not positions:
        raise ValueError(f"lead is empty. Name at least one of {list(source.leads)}.")
    if len(positions) > 1 and not labeller.takes_any_lead:
        raise ValueError(
            f"the classifier was trained on lead {labeller.leads[0]} only, but "
            f"lead={shown(asked)} names {len(positions)} leads. Name one lead, or use weights for "
            "any lead."
        )
    return positions, _strange(source, positions[0], labeller)


def _named(asked: Any) -> list[Any]:
    if isinstance(asked, (str, int, np.integer)):
        return [asked]
    if not isinstance(asked, Iterable):
        raise TypeError(
            f'lead must be "auto", "all", a name, a position or a sequence of them, got '
            f"{shown(asked)}."
        )
    return list(asked)


def _automatic(source: Source, labeller: Labeller) -> tuple[list[int], list[str]]:
    """Choose a lead by its name, then by its quality."""
    if not labeller.takes_any_lead:
        own = matching_lead(source.leads, labeller.leads[0], f"recording {source.name!r}")
        if own is not None:
            return [own], []
    if len(source.leads) == 1:
        return [0], _strange(source, 0, labeller)
    order = sorted(range(len(source.leads)), key=lambda i: (_rank(source.leads[i]), i))
    shares = {position: _readable_share(source, position, labeller.fs) for position in order}
    best = max(shares.values())
    chosen = next(p for p in order if shares[p] >= best - _NEARLY_AS_GOOD)
    notes = _strange(source, chosen, labeller)
    if chosen != order[0]:
        notes.append(
            f"lead {source.leads[chosen]} was chosen because more of it is readable than of "
            f"{source.leads[order[0]]} ({100 * shares[chosen]:.0f} % against "
            f"{100 * shares[order[0]]:.0f} % of the stretches examined)"
        )
    return [chosen], notes


def _rank(name: str) -> int:
    for rank, preferred in enumerate(_PREFERRED):
        if matching_lead([name], preferred, "") is not None:
            return rank
    return len(_PREFERRED)


def _readable_share(source: Source, lead: int, fs: float) -> float:
    """Return the share of a lead that is readable and has beats, estimated from a few parts."""
    working = WorkingSignal(source, lead, fs)
    length = min(round(_PART_S * fs), working.n_samples)
    starts = np.linspace(0, working.n_samples - length, _N_PARTS).astype(int)
    shares = []
    for start in np.unique(starts).tolist():
        block = examine(working, start, start + length)
        lost = sum(stop - first for first, stop, _ in block.unreadable)
        shares.append(1 - lost / length if block.readable.any() else 0.0)
    return float(np.mean(shares))


def _strange(source: Source, position: int, labeller: Labeller) -> list[str]:
    """Return a note if the classifier was trained on another lead."""
    name, known = source.leads[position], labeller.leads[0]
    if labeller.takes_any_lead or matching_lead([name], known, "") is not None:
        return []
    return [
        f"the classifier was trained on lead {known}, but this is lead {name}, so that more errors "
        "must be expected"
    ]
