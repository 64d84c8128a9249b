"""Print the information about the installation that a bug report needs."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from heartbeat._version import __version__

REQUIRED = (
    "numpy", "scipy", "pandas", "joblib", "cloudpickle", "scikit-learn", "imbalanced-learn",
    "torch", "skorch", "safetensors", "requests", "wfdb", "sleepecg", "PyWavelets",
    "threadpoolctl",
)  # fmt: skip
OPTIONAL = (
    "matplotlib", "rich", "pyedflib", "ecgdatakit", "pydicom", "bokeh", "jinja2", "captum",
    "onnx", "onnxscript", "onnxruntime", "skops", "dask", "distributed",
)  # fmt: skip


def installed_version(distribution: str) -> str | None:
    """Return the version of a distribution, or None if it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def show_versions() -> None:
    """Print the versions of heartbeat, of what it needs, and facts about the machine.

    Paste the output into a bug report. It names the Python interpreter, the operating system, the
    required and the optional packages, the devices that torch can use, the numbers of threads,
    and the environment variables that heartbeat reads. Nothing is sent anywhere.

    See Also
    --------
    heartbeat.weights.list_weights : Names of the weights that come with the package.
    heartbeat.neural.list_architectures : Names of the network architectures.

    Examples
    --------
    >>> import heartbeat
    >>> heartbeat.show_versions()  # doctest: +ELLIPSIS
    heartbeat: ...
    <BLANKLINE>
    System
      python: ...
    """
    sections: dict[str, dict[str, object]] = {
        "System": {
            "python": sys.version.replace("\n", " "),
            "executable": sys.executable,
            "platform": platform.platform(),
            "cores": os.cpu_count(),
        },
        "Required packages": _versions(REQUIRED, "missing"),
        "Optional packages": _versions(OPTIONAL, "not installed"),
        "Torch": _torch(),
        "Environment": {
            name: os.environ.get(name, "not set")
            for name in ("HEARTBEAT_DATA", "HEARTBEAT_CACHE", "OMP_NUM_THREADS")
        },
    }
    lines = [f"heartbeat: {__version__}"]
    for title, facts in sections.items():
        width = max(map(len, facts))
        lines += ["", title, *(f"  {name:>{width}}: {fact}" for name, fact in facts.items())]
    print("\n".join(lines))


def _versions(distributions: tuple[str, ...], absent: str) -> dict[str, object]:
    return {name: installed_version(name) or absent for name in distributions}


def _torch() -> dict[str, object]:
    try:
        import torch
    except Exception as error:  # the bug report may be about a broken installation
        return {"cannot be imported": f"{type(error).__name__}: {error}"}
    devices = ["cpu"]
    if torch.cuda.is_available():
        devices += [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return {"devices": ", ".join(devices), "threads": torch.get_num_threads()}
