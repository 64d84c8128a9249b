"""Find the lead that a name refers to. The same rule is used everywhere."""

import re
from collections.abc import Sequence

import numpy as np

from heartbeat._shown import shown

__all__ = [
    "find_lead",
    "lead_direction",
    "lead_key",
    "lead_title",
    "matching_lead",
    "spelled_alike",
]

# Names that `Recording` gives to leads without a name.
_UNNAMED = re.compile(r"(lead(\d*))?")
# Prefixes of lead names in files: "ECG II", "EKG_II", "Lead II", "MDC_ECG_LEAD_II".
_PREFIX = re.compile(r"^(mdc|ecg|ekg|lead)[\s_:.-]+")
# Suffixes of lead names in DICOM files: "Lead I (Einthoven)".
_SUFFIX = re.compile(r"\s*\(einthoven\)$")
# In Romance languages D ("derivación") is the letter for limb leads. Modified limb leads (ML) are
# limb leads with the electrodes on the trunk, and may replace them.
_SPELLINGS = {"di": "i", "dii": "ii", "diii": "iii"}
_RELATIVES = {"mli": "i", "mlii": "ii", "mliii": "iii"}


def find_lead(names: Sequence[str], lead: str | int, *, source: str = "the recording") -> int:
    """Find a lead by name, allowing for the different spellings used in files.

    Parameters
    ----------
    names : sequence of str
        Names of the available leads, in order.
    lead : str or int
        Name of the lead to find, or its position from 0. The rules below are tried in this order,
        and the first that matches decides:

        1. the same name;
        2. the same name in another case (``ii`` for ``II``);
        3. the same name without the prefix or spelling of some files (``ECG II``, ``EKG_II``,
           ``Lead II``, ``MDC_ECG_LEAD_II`` or ``DII`` for ``II``);
        4. the modified limb lead for the limb lead, or the reverse (``MLII`` and ``II``).

        A lead is never matched with one of another direction.
    source : str, default="the recording"
        Where the leads are from; used in error messages.

    Returns
    -------
    int
        Position in `names`.

    Raises
    ------
    ValueError
        If no lead matches, or several match equally well; the message lists the leads.

    See Also
    --------
    Recording.lead : Signal of a lead found in this way.

    Examples
    --------
    >>> find_lead(["I", "II", "V1"], "MLII")
    1
    >>> find_lead(["ECG II", "ECG V5"], "lead ii")
    0
    >>> find_lead(["ECG II", "Lead II"], "II")
    Traceback (most recent call last):
        ...
    ValueError: lead 'II' could be any of ['ECG II', 'Lead II'] in the recording. Give one of these
    names.
    """
    position = matching_lead(names, lead, source)
    if position is None:
        raise ValueError(
            f"there is no lead {shown(lead)} in {source}, which has {list(map(str, names))}. Give "
            f"one of these names, or a position from 0 to {len(names) - 1}."
        )
    return position


def matching_lead(names: Sequence[str], lead: str | int, source: str) -> int | None:
    """Return what `find_lead` returns, or None if no lead has this name."""
    if isinstance(lead, (int, np.integer)) and not isinstance(lead, bool):
        return int(lead) if 0 <= lead < len(names) else None
    if not isinstance(lead, str):
        return None
    for rule in (str, _folded, lead_key, lead_direction):
        found = [i for i, name in enumerate(names) if rule(name) == rule(lead)]
        if len(found) > 1:
            raise ValueError(
                f"lead {shown(lead)} could be any of {[str(names[i]) for i in found]} in {source}. "
                f"Give one of these names."
            )
        if found:
            return found[0]
    return None


def lead_key(name: str) -> str:
    """Return the name of a lead in lower case, without prefixes and suffixes that files add.

    >>> [lead_key(name) for name in ("MLII", "Lead aVR", "MDC_ECG_LEAD_V1", "EKG-II", "ECG")]
    ['mlii', 'avr', 'v1', 'ii', 'ecg']
    """
    key = _SUFFIX.sub("", _folded(name))
    while (shorter := _PREFIX.sub("", key)) and shorter != key:
        key = shorter
    return _SPELLINGS.get(key, key)


def spelled_alike(a: str, b: str) -> bool:
    """Tell whether two names refer to leads of the same direction, which may replace each other.

    >>> spelled_alike("MLII", "Lead II"), spelled_alike("I", "II")
    (True, False)
    """
    return lead_direction(a) == lead_direction(b)


def _folded(name: str) -> str:
    return str(name).strip().casefold()


def lead_direction(name: str) -> str:
    """Return the limb lead for a modified limb lead, and the lead key for any other lead.

    >>> lead_direction("MLII"), lead_direction("ECG II"), lead_direction("V1")
    ('ii', 'ii', 'v1')
    """
    key = lead_key(name)
    return _RELATIVES.get(key, key)


def lead_title(name: str) -> str:
    """Return what a title says of a lead, which is nothing if it is the only one and has no name.

    >>> lead_title("MLII"), lead_title("lead1"), lead_title("lead")
    ('lead MLII', 'lead 1', '')
    """
    unnamed = _UNNAMED.fullmatch(name)
    if unnamed is None:
        return f"lead {name}"
    return f"lead {unnamed[2]}" if unnamed[2] else ""
