"""Choose the leads of a record that stand for the leads that the user named."""

import warnings
from collections.abc import Mapping, Sequence

from heartbeat._shown import shown
from heartbeat.recording import Recording
from heartbeat.recording._lead_names import lead_key, matching_lead, spelled_alike

__all__ = ["choose_leads", "warn_of_strangers"]


def choose_leads(
    recording: Recording, leads: Sequence[str | int], missing_lead: str
) -> tuple[str, ...] | None:
    """Return the names of the leads that stand for the requested leads.

    Parameters
    ----------
    recording : Recording
        The recording.
    leads : sequence of str or int
        Requested leads by name, as `heartbeat.recording.find_lead` finds them, or by position.
    missing_lead : {"first", "raise", "drop"}
        What to do if a lead is missing: take the first lead that is not requested itself, raise an
        error, or return None.

    Returns
    -------
    tuple of str, or None
        None if the recording is to be skipped.
    """
    there = recording.leads
    source = f"record {recording.name!r}"
    positions = [matching_lead(there, lead, source) for lead in leads]
    # A lead that is requested by its own name does not replace another lead.
    own = {
        position
        for position, lead in zip(positions, leads, strict=True)
        if position is not None and _by_own_name(there[position], lead)
    }
    positions = [
        None if position in own and not _by_own_name(there[position], lead) else position
        for position, lead in zip(positions, leads, strict=True)
    ]
    missing = [lead for position, lead in zip(positions, leads, strict=True) if position is None]
    if missing and missing_lead == "drop":
        return None
    spare = [i for i in range(len(there)) if i not in positions]
    if missing and (missing_lead == "raise" or len(spare) < len(missing)):
        raise ValueError(
            f"{source} lacks lead {', '.join(map(repr, missing))} and has {list(there)}. Name "
            f'leads that every record has (positions count from 0), or use missing_lead="first" '
            "(where "
            f'there are spare leads) or "drop".'
        )
    return tuple(there[spare.pop(0) if i is None else i] for i in positions)


def warn_of_strangers(
    database: str, leads: Sequence[str | int], record_leads: Mapping[str, Sequence[str]]
) -> None:
    """Warn about a lead that no record has, because all its columns hold another lead."""
    for i, lead in enumerate(leads):
        taken = {chosen[i] for chosen in record_leads.values()}
        if isinstance(lead, str) and not any(spelled_alike(lead, name) for name in taken):
            warnings.warn(
                f"none of the requested records of {shown(database)} has a lead {shown(lead)}. Its "
                f"columns hold {', '.join(sorted(taken))} instead. Name a lead of this database or "
                'a position such as leads=0, or pass missing_lead="raise".',
                stacklevel=3,
            )


def _by_own_name(name: str, lead: str | int) -> bool:
    return not isinstance(lead, str) or lead_key(name) == lead_key(lead)
