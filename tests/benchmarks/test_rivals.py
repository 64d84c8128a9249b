"""The comparison with rivals: their environment, what is kept, and how it is counted."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from heartbeat.metrics import compare_beats

FAKES = {
    "openecg/__init__.py": """
        __version__ = "0.11.0"
        import numpy as np
        from scipy.signal import find_peaks

        class LayeredCodec:
            def __init__(self, fs, channels):
                self.channels = channels

        def rank_normalize(signal):
            return signal

        def encode_stream(signal, fs, model):
            assert (len(signal) - 5000) % 3000 == 0, "windows do not tile the signal"
            parts = [
                model.encode(signal[start : start + 5000], fs).channels[:, 1000 * (start > 0) :]
                for start in range(0, len(signal) - 4999, 3000)
            ]
            inner = [part[:, :-1000] for part in parts[:-1]]
            return LayeredCodec(fs, np.concatenate([*inner, parts[-1]], axis=1))

        def detect_qrs(signal, fs):
            return find_peaks(abs(signal), height=0.3, distance=fs // 4)[0]
        """,
    "openecg/deploy.py": """
        CODEC_FS, CODEC_SEQ = 500, 5000
        def bundled_codec_onnx_path(version):
            assert version in ("v5", "v6")
            return version
        """,
    "openecg/eval.py": "ALL_SUPER_QRS_CLASSES = (2,)",
    "openecg/layered.py": """
        BEAT_NONE, BEAT_SINUS, BEAT_VPC, BEAT_PACED, BEAT_FUSION, BEAT_UNKNOWN = range(6)
        EVAL_MARGIN_S = 2.0
        """,
    # Deflections upwards are N and QRS; those downwards V, and no QRS to the frame head.
    "onnxruntime.py": """
        import numpy as np

        class SessionOptions:
            pass

        class InferenceSession:
            def __init__(self, path, options, providers):
                assert options.intra_op_num_threads == 1

            def run(self, names, inputs):
                (signal,) = inputs["signal"]
                frame, beat = np.zeros((2, len(signal), 6))
                frame[signal > 0.2, 2] = 1
                beat[:, 0] = 0.5
                beat[signal > 0.2, 1] = 1
                beat[signal < -0.2, 2] = 1
                return [frame[np.newaxis], beat[np.newaxis]]
        """,
}


@pytest.fixture(scope="module")
def rival(tmp_path_factory):
    """Return an environment with a rival that is none; its Python is this one."""
    if os.name == "nt":
        pytest.skip("the environment's Python is a shell script here")
    folder = tmp_path_factory.mktemp("rival")
    for name, text in FAKES.items():
        path = folder / "fakes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines()
        indent = min((len(s) - len(s.lstrip()) for s in lines if s.strip()), default=0)
        path.write_text("\n".join(line[indent:] for line in lines))
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder}/fakes exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return SimpleNamespace(folder=folder, python=python)


def bumps(seconds, fs, signs):
    times = np.arange(round(seconds * fs)) / fs
    return sum(sign * np.exp(-(((times - at) / 0.05) ** 2)) for at, sign in signs.items()).astype(
        np.float32
    )


def test_worker_labels_what_is_not_labelled_yet(rival, scripts, tmp_path):
    signals, labels = tmp_path / "signals", tmp_path / "labels"
    signals.mkdir()
    labels.mkdir()
    fs, signs = 250, {1.0: 1, 2.0: -1, 12.0: 1, 27.5: -1}
    beats = np.array([250, 500, 3000, 6875])
    for name in ("a", "b"):
        signal = bumps(28.5, fs, signs)
        np.savez(signals / f"{name}.npz", signal=signal, fs=fs, beats=beats, lead="MLII")
    (labels / "a.npz").write_bytes(b"kept")
    command = [rival.python, scripts / "_rivals_worker.py", "v6", signals, labels]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (labels / "a.npz").read_bytes() == b"kept"
    assert sorted(path.name for path in labels.iterdir()) == ["a.npz", "b.npz"]
    told = np.load(labels / "b.npz")
    for way, symbols in {"given": "NVNV", "detected": "NVNV", "reported": "NQNQ"}.items():
        assert "".join(told[f"{way}_symbol"]) == symbols
        np.testing.assert_allclose(told[f"{way}_sample"], beats, atol=1)
    assert told["seconds"] > 0
    assert told["megabytes"] > 10


def test_scores_are_counted_by_hand(scripts):
    from rivals import scores

    reference = SimpleNamespace(
        sample=np.arange(100, 9100, 300), symbol=["V"] * 24 + list("NSNFNN")
    )
    test = SimpleNamespace(
        sample=[*np.arange(100, 9100, 300), 9250],
        symbol=["N"] * 6 + ["V"] * 18 + list("VVNVNS") + ["V"],
    )
    few = SimpleNamespace(sample=[100, 400, 700], symbol=list("VNN"))
    missed = SimpleNamespace(sample=[400, 700], symbol=list("NN"))
    compared = [
        compare_beats(reference, test, fs=360, start=0, record="1"),
        compare_beats(few, missed, fs=360, start=0, record="2"),
    ]
    row = scores(compared, "detected", "VS")
    # 18 of 25 V found; called V: an N, an S and nothing, for an F is no false V.
    assert row["V Se"] == 18 / 25
    assert row["V +P"] == 18 / 21
    assert row["V F1"] == pytest.approx(36 / 46)
    assert row["V F1 mean over records"] == pytest.approx(36 / 45)  # record 2 has too few
    assert row["V worst records"] == "1:0.80"
    assert row["false V per 1000 N"] == pytest.approx(1000 * 3 / 6)
    assert row["S Se"] == 0
    assert np.isnan(row["S F1 mean over records"])
    assert (row["QRS Se"], row["QRS +P"]) == (32 / 33, 32 / 33)
    assert np.isnan(scores(compared, "given", "V")["QRS Se"])  # nothing was to be found
    nothing_called = scores(compared[1:], "given", "V")
    assert nothing_called["V Se"] == 0
    assert np.isnan(nothing_called["V +P"])


@pytest.fixture
def environment(scripts):
    import _rivals_environment

    return _rivals_environment


def test_environment_that_serves_is_taken(environment, rival):
    assert environment.make_environment(rival.folder) == rival.python


def test_other_version_is_refused(environment, rival, monkeypatch):
    monkeypatch.setattr(environment, "REQUIREMENTS", ("openecg[report]==0.12.0",))
    with pytest.raises(
        SystemExit, match=r"no openecg 0\.12\.0.*it has openecg 0\.11\.0.*delete it"
    ):
        environment.make_environment(rival.folder)


def test_broken_environment_is_refused(environment, tmp_path):
    if os.name == "nt":
        pytest.skip("the environment's Python is a shell script here")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho No module named openecg >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(SystemExit, match=r"No module named openecg.*delete it"):
        environment.make_environment(tmp_path)


def test_folder_of_something_else_is_left(environment, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(SystemExit, match="holds something else: name a new folder with --env"):
        environment.make_environment(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "mine"


def test_old_python_is_told(environment, tmp_path, monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 10, 4))
    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 or later.*run the script with a later"
    ):
        environment.make_environment(tmp_path / "env")


def test_failed_installation_leaves_nothing_and_names_the_remedy(
    environment, tmp_path, monkeypatch
):
    monkeypatch.setattr(environment.venv, "create", lambda folder, with_pip: folder.mkdir())
    failed = SimpleNamespace(returncode=1)
    monkeypatch.setattr(environment.subprocess, "run", lambda command: failed)
    with pytest.raises(SystemExit, match=r"could not install openecg.*Without a network: make an"):
        environment.make_environment(tmp_path / "env")
    assert not (tmp_path / "env").exists()


@pytest.mark.realdata
def test_rival_and_package_are_compared(
    run_script, published_unchanged, rival, tmp_path, data_home, capfd
):
    settings = ["--models", "any-lead-ds1", "codec_v6", "--records", "1"]
    settings += ["--env", str(rival.folder), "--keep", str(tmp_path / "labels")]
    settings += ["--data-home", str(data_home), "--output", str(tmp_path)]
    run_script("rivals", *settings)
    table = pd.read_csv(tmp_path / "rivals.csv", comment="#")
    assert table.groupby(["protocol", "package"]).size().to_dict() == {
        ("P1", "heartbeat"): 2,
        ("P1", "openecg"): 4,
        ("P2", "openecg"): 3,
    }
    own = table[(table["package"] == "heartbeat") & (table["beats"] == "detected")].iloc[0]
    assert own["QRS Se"] > 0.99
    assert own["seconds an hour"] > 0
    assert own["peak MB"] > 50
    claimed = table[table["beats"] == "as claimed"]
    assert claimed["V F1"].tolist() == [0.929]
    assert "100: " in capfd.readouterr().out

    run_script("rivals", *settings)
    assert " s\n" not in capfd.readouterr().out, "rows that are there were made anew"

    kept = tmp_path / "labels" / "openecg-codec_v6" / "P1" / "100.npz"
    kept.unlink()
    run_script("rivals", *settings[:-1], str(tmp_path / "again"))
    assert kept.is_file()
    assert capfd.readouterr().out.count(" s\n") == 1, "what was kept was labelled anew"
    again = pd.read_csv(tmp_path / "again" / "rivals.csv", comment="#")
    pd.testing.assert_frame_equal(again, table)
