"""The environment that the rival of ``rivals.py`` runs in."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = ("openecg[report]==0.11.0", "onnxruntime==1.32.0", "scipy==1.17.1", "numpy==2.4.6")
"""What is installed: openecg as its ``report`` needs it, without torch; scipy resamples."""

OLDEST_PYTHON = (3, 11)


def make_environment(folder: Path) -> Path:
    """Return the Python of the rival's environment; make the environment where there is none.

    Raises
    ------
    SystemExit
        With what can be done, if the environment is there and does not serve, or cannot be made.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.is_file():
        _check(folder, python)
        return python
    wanted = " ".join(REQUIREMENTS)
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit(
            f"openecg needs Python {'.'.join(map(str, OLDEST_PYTHON))} or later and this is "
            f"{sys.version.split()[0]}: run the script with a later one, or make an environment "
            f"with {wanted} and name it with --env"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise SystemExit(f"{folder} holds something else: name a new folder with --env")
    print(f"making {folder} with {wanted}", flush=True)
    venv.create(folder, with_pip=True)
    if subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS]).returncode:
        shutil.rmtree(folder)
        raise SystemExit(
            f"pip could not install {wanted}, for the reason above. Without a network: make an "
            "environment with them elsewhere, and name it with --env. Where a version does not "
            "support this Python: run the script with Python 3.11 to 3.13"
        )
    return python


def _check(folder: Path, python: Path) -> None:
    """End with what is wrong if an environment does not hold the rival."""
    wanted = REQUIREMENTS[0].rpartition("==")[2]
    asked = "import onnxruntime, openecg, scipy; print(openecg.__version__)"
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True)
    if done.returncode or done.stdout.strip() != wanted:
        told = done.stderr.strip().splitlines() or [f"it has openecg {done.stdout.strip()}"]
        raise SystemExit(
            f"{folder} has no openecg {wanted} that can be run ({told[-1]}): delete it, and it is "
            "made anew, or name another folder with --env"
        )
