"""Beat labels: AAMI classes, annotation symbols, the DS1/DS2 division, subjects.

The five classes are those of ANSI/AAMI EC57. For two annotation symbols of the MIT-BIH database
there are two conventions: atrial escape (``e``) and nodal escape (``j``) beats belong to class N in
the literature on beat classification and in the Kaggle CSV files, and to class S in ``bxb``, the
program of the standard. Both conventions are available, and that of the literature is the default
everywhere.
"""

import re
from collections.abc import Iterable

import numpy as np

from heartbeat._shown import shown

__all__ = [
    "AAMI_CLASSES",
    "AAMI_CLASS_NAMES",
    "CONVENTIONS",
    "DS1",
    "DS2",
    "PACED_RECORDS",
    "SYMBOL_CLASSES",
    "UNCLASSIFIED_DATABASES",
    "classes_of_symbols",
    "is_beat",
    "subject_of",
]

AAMI_CLASSES = ("N", "S", "V", "F", "Q")
"""The AAMI classes in the order of the standard, which all tables and figures use.

scikit-learn sorts labels alphabetically. Pass ``labels=AAMI_CLASSES`` to use the order of the
standard there, too: ``confusion_matrix(y_true, y_pred, labels=AAMI_CLASSES)``.
"""

AAMI_CLASS_NAMES = {
    "N": "normal or bundle branch block",
    "S": "supraventricular ectopic",
    "V": "ventricular ectopic",
    "F": "fusion of ventricular and normal",
    "Q": "paced or unclassifiable",
}

_LITERATURE = {
    **dict.fromkeys("NLRBejn", "N"),
    **dict.fromkeys("AaJS", "S"),
    **dict.fromkeys("VEr", "V"),
    "F": "F",
    **dict.fromkeys("/fQ?", "Q"),
}
_EC57 = {**_LITERATURE, **dict.fromkeys("ejn", "S")}

SYMBOL_CLASSES = {"literature": _LITERATURE, "ec57": _EC57}
"""AAMI class of each beat annotation symbol, for each convention."""

CONVENTIONS = tuple(SYMBOL_CLASSES)

PACED_RECORDS = ("102", "104", "107", "217")
"""MIT-BIH records with paced beats, which the inter-patient protocol excludes."""

UNCLASSIFIED_DATABASES = frozenset({"ludb"})
"""Databases that mark every beat as ``N``: they tell where the beats are, but not their classes.
"""

DS1 = (
    "101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122",
    "124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230",
)  # fmt: skip
"""Training records of the inter-patient division of de Chazal et al. (2004)."""

DS2 = (
    "100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210",
    "212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234",
)  # fmt: skip
"""Test records of the same division. Records 202 (here) and 201 (in DS1) are of one person."""

_SHARED_SUBJECTS = {"201": "201-202", "202": "201-202"}


def classes_of_symbols(symbols: Iterable[str], convention: str = "literature") -> np.ndarray:
    """Return the AAMI class of each annotation symbol.

    Parameters
    ----------
    symbols : iterable of str
        WFDB annotation symbols such as ``"N"``, ``"L"``, ``"V"``, ``"+"``.
    convention : {"literature", "ec57"}, default="literature"
        What escape beats count as: ``"literature"`` counts ``e``, ``j`` and ``n`` as N,
        ``"ec57"`` (the standard's program ``bxb``) as S.

    Returns
    -------
    ndarray of shape (n_symbols,), dtype "<U1"
        A letter of `AAMI_CLASSES`, or ``""`` where the symbol is not a beat (rhythm changes,
        noise marks, waveform peaks).

    Raises
    ------
    ValueError
        If `convention` is unknown.

    Examples
    --------
    >>> classes_of_symbols(["N", "j", "V", "+", "/"])
    array(['N', 'N', 'V', '', 'Q'], dtype='<U1')
    >>> classes_of_symbols(["N", "j"], convention="ec57")
    array(['N', 'S'], dtype='<U1')
    """
    table = _table(convention)
    # Records hold 10^3 to 10^5 annotations of a few symbols, so each symbol is looked up once.
    # NumPy would treat a set or a generator as one object, and a string as one symbol.
    symbols = symbols if isinstance(symbols, np.ndarray) else list(symbols)
    unique, inverse = np.unique(np.asarray(symbols, dtype=str), return_inverse=True)
    classes = np.array([table.get(symbol, "") for symbol in unique.tolist()], dtype="<U1")
    return classes[inverse]


def is_beat(symbols: Iterable[str]) -> np.ndarray:
    """Tell for each annotation symbol whether it marks a beat.

    Parameters
    ----------
    symbols : iterable of str
        WFDB annotation symbols.

    Returns
    -------
    ndarray of shape (n_symbols,), dtype bool

    Examples
    --------
    >>> is_beat(["N", "+", "V", "~"])
    array([ True, False,  True, False])
    """
    return classes_of_symbols(symbols) != ""


def subject_of(record: str, database: str = "mitdb") -> str:
    """Return the subject of a record.

    Parameters
    ----------
    record : str
        Record name, such as ``"100"``.
    database : str, default="mitdb"
        Database the record is from: its short name, or the name of the folder that PhysioNet's
        archive unpacks to (``"mit-bih-arrhythmia-database-1.0.0"``).

    Returns
    -------
    str
        The record's name, except where record names tell that several are of one person: records
        201 and 202 of mitdb are one man, ``"201-202"``, and the records of nstdb are 118 and 119
        of mitdb with noise added (``"118e06"`` is ``"118"``).

    Examples
    --------
    >>> subject_of("100"), subject_of("202")
    ('100', '201-202')
    >>> subject_of("202", database="mit-bih-arrhythmia-database-1.0.0")
    '201-202'
    >>> subject_of("118e06", database="nstdb")
    '118'
    """
    database = re.sub(r"-\d+(\.\d+)*\Z", "", database.lower())
    if database in ("mitdb", "mit-bih-arrhythmia-database"):
        return _SHARED_SUBJECTS.get(record, record)
    if database in ("nstdb", "mit-bih-noise-stress-test-database"):
        # The number of the clean record, "e", and the signal-to-noise ratio ("_6" is -6 dB).
        return re.sub(r"\A(\d{3})e_?\d+\Z", r"\1", record)
    return record


def _table(convention: str) -> dict[str, str]:
    try:
        return SYMBOL_CLASSES[convention]
    except KeyError:
        known = " or ".join(map(repr, CONVENTIONS))
        raise ValueError(f"convention must be {known}, got {shown(convention)}.") from None
