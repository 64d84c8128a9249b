"""Which leads of a record stand for the leads that a user named."""

import warnings
from collections.abc import Mapping, Sequence

from heartbeat.recording import Recording

__all__ = ["choose_leads", "warn_of_strangers"]

# Modified lead II is lead II with electrodes on the trunk: either stands in for the other.
_NEAREST = {"mlii": "ii", "ii": "mlii"}


def choose_leads(
    recording: Recording, leads: Sequence[str | int], missing_lead: str
) -> tuple[str, ...] | None:
    """Return names of leads that the recording has, in place of those asked for.

    Parameters
    ----------
    recording : Recording
        The recording.
    leads : sequence of str or int
        Wanted leads by name, in any case, or by position.
    missing_lead : {"first", "raise", "drop"}
        What to do where one is not there: take its nearest relative, or else the first lead that
        is not otherwise wanted; raise; or choose none.

    Returns
    -------
    tuple of str, or None
        None where the recording is to be left out.
    """
    there = recording.leads
    named = [_spelled(lead, there) for lead in leads]
    missing = [lead for lead in named if lead not in there]
    if missing and missing_lead == "drop":
        return None
    spare = [lead for lead in there if lead not in named]
    if missing and (missing_lead == "raise" or len(spare) < len(missing)):
        raise ValueError(
            f"record {recording.name!r} lacks lead {', '.join(map(repr, missing))}; it has "
            f"{list(there)}: name leads that every record has (positions count from 0), or use "
            f'missing_lead="first" (where there are spare ones) or "drop".'
        )
    # Relatives first, so that no other missing lead is given them.
    for i, lead in enumerate(named):
        relative = _spelled(_NEAREST.get(str(lead).casefold(), ""), spare)
        if lead not in there and relative in spare:
            named[i] = relative
            spare.remove(relative)
    return tuple(lead if lead in there else spare.pop(0) for lead in named)


def warn_of_strangers(
    database: str, leads: Sequence[str | int], record_leads: Mapping[str, Sequence[str]]
) -> None:
    """Warn of a lead that no record has, so that another's waveform bears its name throughout."""
    for i, lead in enumerate(leads):
        taken = {chosen[i] for chosen in record_leads.values()}
        kin = {str(lead).casefold(), _NEAREST.get(str(lead).casefold())}
        if isinstance(lead, str) and not kin & {name.casefold() for name in taken}:
            warnings.warn(
                f"no record of {database!r} that was asked for has a lead {lead!r}: its columns "
                f"hold {', '.join(sorted(taken))}. Name a lead of this database, or a position "
                f'such as leads=0, or pass missing_lead="raise".',
                stacklevel=3,
            )


def _spelled(lead: str | int, there: Sequence[str]) -> str | int:
    """Return a lead's name as the recording writes it, or the lead itself where it has none."""
    if isinstance(lead, int):
        return there[lead] if 0 <= lead < len(there) else lead
    # Some databases write leads in lower case ("ii"); nobody means another lead by it.
    return {name.casefold(): name for name in there}.get(lead.casefold(), lead)
