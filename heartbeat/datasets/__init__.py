"""Data sets: databases and where they are stored, the Kaggle CSVs, a sample, synthetic data.

Functions are imported on first use, so that listing databases does not import pandas.
"""

from typing import Any

from heartbeat._lazy import load_name

_PUBLIC = {
    "augment_rhythm": "_augment_rhythm",
    "clear_cache": "_cache",
    "fetch_database": "_fetch",
    "get_data_home": "_data_home",
    "get_database": "_registry",
    "load_beats": "_beats",
    "load_kaggle_heartbeat": "_kaggle",
    "load_kaggle_ptbdb": "_kaggle",
    "load_prepared": "_prepared",
    "load_recordings": "_recordings",
    "list_databases": "_registry",
    "load_sample_recording": "_sample",
    "make_beats": "_synthetic",
    "make_recording": "_synthetic",
    "recover_records": "_recover",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    return load_name(__name__, _PUBLIC, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
