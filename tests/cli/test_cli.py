import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import heartbeat
from heartbeat.cli import main
from heartbeat.cli._info import _length
from heartbeat.datasets import load_prepared, load_sample_recording, make_recording
from heartbeat.recording import Annotations, Recording, write_recording
from heartbeat.recording._wfdb_library import wfdb


@pytest.fixture
def recording_file(tmp_path):
    path = tmp_path / "made_up.npz"
    write_recording(path, make_recording(20, random_state=0))
    return path


def test_help_and_version(capsys):
    for option, expected in (("--help", "prepare"), ("--version", heartbeat.__version__)):
        with pytest.raises(SystemExit) as stop:
            main([option])
        assert stop.value.code == 0
        assert expected in capsys.readouterr().out


@pytest.mark.parametrize("line", [[], ["sing"], ["fetch"], ["demo", "--data", "nothing"]])
def test_a_wrong_command_line_exits_with_2(line, capsys):
    with pytest.raises(SystemExit) as stop:
        main(line)
    assert stop.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["info", "nowhere.hea"], "nowhere"),
        (["fetch", "mitbd"], "mitbd"),
        (["prepare", "nowhere", "-o", "beats.npz"], "nowhere"),
        (["prepare", "nowhere", "-o", "beats.xls"], "must end in .npz or .csv"),
        (["prepare", "nowhere", "-o", "no/such/beats.npz"], "there is no folder"),
        (["prepare", "r1.npz", "--records", "100", "-o", "b.npz"], "--records selects"),
        (["prepare", "mitdb", "--data-home", ".", "-o", "beats.npz"], "fetch"),
        (["prepare", "nowhere.npz", "nowhere.npz", "-o", "beats.npz"], "given more than once"),
        (["demo", "-o", "figure.txt"], "must end in .png"),
        (["demo", "--seed", "-1"], "--seed must be between 0"),
        (["demo", "--data", "mitdb", "--data-home", "."], "fetch"),
    ],
)
def test_a_mistake_is_one_line_and_exits_with_1(line, expected, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEARTBEAT_DATA", raising=False)
    assert main(line) == 1
    error = capsys.readouterr().err
    assert error.startswith("heartbeat: error: ")
    assert error.count("\n") == 1
    assert expected in error
    assert not list(tmp_path.iterdir())


def test_output_that_cannot_be_written_is_refused_before_the_work(tmp_path, capsys):
    (tmp_path / "folder.npz").mkdir()
    assert main(["prepare", "nowhere", "-o", str(tmp_path / "folder.npz")]) == 1
    assert "must be a file, but" in capsys.readouterr().err


def test_traceback_on_request(tmp_path):
    with pytest.raises(OSError):
        main(["--traceback", "info", str(tmp_path / "nowhere.hea")])


def test_interruption_exits_with_130(monkeypatch, capsys):
    def interrupt(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("heartbeat.cli._info.run", interrupt)
    assert main(["info"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_module_runs_as_command():
    done = subprocess.run(
        [sys.executable, "-m", "heartbeat", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout == f"heartbeat {heartbeat.__version__}\n"


def test_info_names_versions_weights_and_databases(capsys, tmp_path):
    (tmp_path / "mitdb").mkdir()
    (tmp_path / "mitdb" / "100.hea").touch()
    (tmp_path / "mitbih_test.csv").touch()
    assert main(["info", "--data-home", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"numpy             {np.__version__}" in out
    assert "mitdb-ds1-centered  the records of DS1" in out
    assert "mitdb             1 records" in out
    assert "svdb              not here: heartbeat fetch svdb" in out
    assert "kaggle CSVs       1 of 4 files" in out


def test_info_describes_a_recording(recording_file, capsys):
    assert main(["info", str(recording_file)]) == 0
    out = capsys.readouterr().out
    assert "360 Hz, 7,200 samples, 20 s" in out
    assert "ventricular ectopic" in out


def test_prepare_writes_npz_and_csv_alike(recording_file, tmp_path, capsys):
    npz, csv = tmp_path / "beats.npz", tmp_path / "beats.csv"
    for output in (npz, csv):
        line = ["prepare", str(recording_file), "-o", str(output), "--context", "rr"]
        assert main([*line, "--scale", "zscore"]) == 0
    assert "columns in" in capsys.readouterr().out
    table = pd.read_csv(csv)
    with np.load(npz) as beats:
        assert beats["data"].dtype == np.float32
        assert beats["feature_names"][0] == "MLII_000"
        np.testing.assert_allclose(table[beats["feature_names"]], beats["data"], rtol=1e-4)
        assert table["target"].tolist() == beats["target"].tolist()
        waveforms = beats["data"][:, :187]
        assert (beats["n_leads"], beats["n_context"]) == (1, beats["data"].shape[1] - 187)
        assert (beats["fs"], beats["before"]) == (125, 0.5)
    np.testing.assert_allclose(waveforms.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(waveforms.std(axis=1), 1, atol=1e-3)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["beats.csv", "beats.npz", "made_up.npz"]


def test_prepare_detects_beats_where_there_are_no_annotations(tmp_path, capsys):
    recording = make_recording(20, random_state=0)
    bare = type(recording)(recording.signal, recording.fs)
    write_recording(tmp_path / "bare.npz", bare)
    output = tmp_path / "beats.npz"
    assert main(["prepare", str(tmp_path / "bare.npz"), "-o", str(output)]) == 0
    with np.load(output) as beats:
        n_annotated = len(recording.annotations.beats())
        assert abs(len(beats["data"]) - n_annotated) <= 2
        assert set(beats["target"]) == {""}


def test_prepare_detects_beats_where_no_annotation_is_a_beat(tmp_path, capsys):
    comment = Annotations([1800], ['"'], aux=["patient button"])
    recording = replace(make_recording(30, random_state=0), annotations=comment)
    path = tmp_path / "night.npz"
    write_recording(path, recording)
    assert main(["prepare", str(path), "-o", str(tmp_path / "beats.npz")]) == 0
    assert len(load_prepared(tmp_path / "beats.npz").data) > 20
    capsys.readouterr()
    assert main(["info", str(path)]) == 0
    assert "no reference annotations" in capsys.readouterr().out


def test_prepare_takes_the_ecg_of_a_polysomnogram(tmp_path, capsys):
    made = make_recording(30, random_state=0)
    noise = np.random.default_rng(0).normal(size=made.n_samples)
    signal = np.column_stack([noise, made.lead(0)]).astype("float32")
    recording = Recording(signal, made.fs, ("EEG C3-A2", "ECG"), "sleep")
    write_recording(tmp_path / "sleep.npz", recording)
    arguments = ["prepare", str(tmp_path / "sleep.npz"), "-o", str(tmp_path / "beats.npz")]
    assert main(arguments) == 0
    assert "beats on ECG" in capsys.readouterr().out


def test_prepare_takes_the_lead_that_load_beats_takes(tmp_path, capsys):
    signal = make_recording(20, n_leads=3, random_state=0).signal
    places = {"a": ("I", "V1", "II"), "b": ("I", "MLII", "V1"), "c": ("V5", "V1", "V2")}
    for name, leads in places.items():
        write_recording(tmp_path / f"{name}.npz", Recording(signal, 360, leads, name))
    output = str(tmp_path / "beats.npz")
    sources = [str(tmp_path / f"{name}.npz") for name in places]
    assert main(["prepare", *sources, "-o", output]) == 0
    said = [line.rpartition(" on ")[2] for line in capsys.readouterr().out.splitlines()]
    assert said[:3] == ["II", "MLII", "V5"]
    with np.load(output) as beats:
        assert beats["feature_names"][0] == "MLII_000"
    assert main(["prepare", sources[0], "-o", output]) == 0
    with np.load(output) as beats:
        assert beats["feature_names"][0] == "II_000"


def test_prepare_the_kaggle_csvs(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_CACHE", str(tmp_path / "cache"))
    rows = np.random.default_rng(0).random((6, 188)).astype(np.float32)
    rows[:, -1] = [0, 1, 2, 3, 4, 0]
    for name in ("mitbih_train.csv", "mitbih_test.csv"):
        np.savetxt(tmp_path / name, rows, delimiter=",")
    output = tmp_path / "beats.npz"
    line = ["prepare", "kaggle_heartbeat", "--data-home", str(tmp_path), "-o", str(output)]
    assert main([*line, "--subset", "test"]) == 0
    assert "only --subset and --scale apply" in capsys.readouterr().out
    with np.load(output) as beats:
        np.testing.assert_array_equal(beats["data"], rows[:, :-1])
        assert "".join(beats["target"]) == "NSVFQN"
        assert set(beats["subject"]) == {""}
    assert main([*line, "--scale", "minmax"]) == 0
    with np.load(output) as beats:
        assert beats["data"].shape == (12, 187)
        assert (beats["data"].max(axis=1) == 1).all()


@pytest.mark.realdata
def test_prepare_a_database(mitdb, tmp_path, capsys):
    output = tmp_path / "beats.npz"
    line = ["prepare", "mitdb", "--data-home", str(mitdb.parent), "--records", "100,102"]
    assert main([*line, "--layout", "kaggle", "-o", str(output)]) == 0
    assert "102: 2,187 beats on V5" in capsys.readouterr().out
    with np.load(output) as beats:
        assert beats["data"].shape == (2273 + 2187, 187)
        assert set(beats["subject"]) == {"100", "102"}
        assert beats["data"].min() == 0 and beats["data"].max() == 1


def test_demo_says_at_once_that_it_cannot_draw(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["demo", "-o", str(tmp_path / "demo.png")]) == 1
    said = capsys.readouterr()
    assert "pip install 'heartbeat-ecg[plot]'" in said.err
    assert said.out == ""


def test_demo_classifies_draws_and_compares(tmp_path, capsys, monkeypatch):
    # The demo whole takes most of a minute: fewer epochs here, every step as it is.
    import heartbeat.cli._demo as demo

    models = demo._models

    def quick_models(*arguments):
        quick = models(*arguments)
        return {name: model.set_params(**_fewer(model)) for name, model in quick.items()}

    def _fewer(model):
        names = {"cnnclassifier__max_epochs": 2, "randomforestclassifier__n_estimators": 10}
        return {name: value for name, value in names.items() if name in model.get_params()}

    monkeypatch.setattr(demo, "_models", quick_models)
    figure = tmp_path / "demo.png"
    assert main(["demo", "-o", str(figure)]) == 0
    out = capsys.readouterr().out
    # The recording labelled comes first, with a word on what the weights have seen.
    first = out[: out.index("random forest")]
    assert "VEB sensitivity" in first and "trained on recording 208" in first
    assert "of the 509 beats that two cardiologists annotated" in out
    assert out.count("AAMI EC57 scores") == 4
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in tmp_path.iterdir()] == ["demo.png"]


@pytest.fixture
def home(tmp_path):
    for folder, names in (("mitdb", ("100", "208")), ("mine", ("100",))):
        (tmp_path / folder).mkdir()
        for name in names:
            wfdb.wrsamp(
                name, 250, ["mV"], ["ECG II"], np.sin(np.arange(2500) / 9)[:, None], fmt=["16"],
                write_dir=str(tmp_path / folder),
            )  # fmt: skip
    return tmp_path


def test_records_are_looked_for_in_the_data_home(home, capsys, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_DATA", str(home))
    for name in ("208", "208.hea", "mitdb/208"):
        assert main(["info", name]) == 0
        assert "recording 208" in capsys.readouterr().out
    assert main(["prepare", "208", "--beats", "detect", "-o", str(home / "beats.npz")]) == 0
    # ludb keeps its records in a folder data.
    (home / "mine").rename(home / "data")
    (home / "mine").mkdir()
    (home / "data").rename(home / "mine" / "data")
    assert main(["info", "mine/100"]) == 0
    assert "recording 100" in capsys.readouterr().out
    assert main(["info", "100"]) == 1
    assert (
        "several databases have a record 100. Name one of them: mine/data/100 or"
        in capsys.readouterr().err
    )


def test_info_describes_a_database(home, capsys, monkeypatch):
    monkeypatch.setattr("heartbeat.datasets._recordings._COMPLETE", {})
    assert main(["info", "mitdb", "--data-home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "records   2: 100, 208" in out and "ECG II; 250 Hz, 10 s" in out


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(86_400, "24 h"), (86_399.97, "24 h"), (5.5, "5.5 s"), (0, "0 s"), (3_661, "1 h 1 min 1 s")],
)
def test_lengths_of_time(seconds, words):
    assert _length(seconds) == words


def test_what_prepare_writes_is_loaded(recording_file, tmp_path):
    tables = {}
    for suffix in ("npz", "csv"):
        output = tmp_path / f"beats.{suffix}"
        assert main(["prepare", str(recording_file), "--context", "rr", "-o", str(output)]) == 0
        tables[suffix] = load_prepared(output)
    npz, csv = tables["npz"], tables["csv"]
    assert (npz.fs, npz.before, csv.fs) == (125.0, 0.5, None)
    assert npz.feature_names == csv.feature_names and npz.n_context == csv.n_context == 16
    np.testing.assert_allclose(npz.data, csv.data, rtol=1e-5, atol=1e-7)
    for name in ("target", "symbol", "sample", "record", "subject", "invalid"):
        np.testing.assert_array_equal(npz[name], csv[name])
        assert npz[name].dtype.kind == csv[name].dtype.kind
    assert set(npz.symbol) >= {"N"}
    frame, target = load_prepared(tmp_path / "beats.csv", as_frame=True, return_X_y=True)
    assert list(frame.columns) == npz.feature_names and target.tolist() == npz.target.tolist()


def test_what_prepare_did_not_write_is_refused(recording_file, tmp_path):
    with pytest.raises(ValueError, match="made_up.npz is not a file that heartbeat prepare wrote"):
        load_prepared(recording_file)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="x.csv is not a file .* no column target"):
        load_prepared(tmp_path / "x.csv")
    with pytest.raises(FileNotFoundError, match="Write it with heartbeat prepare"):
        load_prepared(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": np.array("N")}, r"its 'target' are of shape \(\)"),
        ({"sample": np.array(["a", "b"])}, "its 'sample' are of shape"),
        ({"feature_names": np.array(["MLII_000"])}, "names do not fit the 187 columns"),
        ({"data": np.zeros(3)}, "1-D of dtype float64, not 2-D"),
    ],
)
def test_a_prepared_file_that_contradicts_itself(recording_file, tmp_path, change, message):
    output = tmp_path / "beats.npz"
    assert main(["prepare", str(recording_file), "-o", str(output)]) == 0
    with np.load(output) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(output, **arrays | change)
    with pytest.raises(ValueError, match=f"beats.npz is not a file .*{message}"):
        load_prepared(output)


def test_classify_labels_goes_on_and_continues(tmp_path, capsys):
    recording = load_sample_recording()
    path = tmp_path / "mine.npz"
    write_recording(path, recording)
    (tmp_path / "bad.csv").write_text("")
    output = tmp_path / "labels"
    output.mkdir()
    arguments = ["classify", str(tmp_path / "bad.csv"), str(path), "-o", str(output)]
    assert main([*arguments, "--format", "csv"]) == 1
    told = capsys.readouterr()
    assert "bad.csv" in told.err
    assert "VEB sensitivity" in told.out
    labels = (output / "mine.csv").read_text()
    assert labels.startswith("sample,time_s,symbol,label,p_F")
    # Killed and run again, it goes on with what is left.
    assert main(["classify", str(path), "-o", str(output), "--format", "csv"]) == 0
    assert "already exists" in capsys.readouterr().out


def test_classify_a_table_without_times_into_a_new_folder(tmp_path, capsys):
    lead = load_sample_recording().lead("MLII")[:10_800]
    np.savetxt(tmp_path / "bare.csv", lead, fmt="%.3f")
    arguments = ["classify", str(tmp_path / "bare.csv"), "-o", str(tmp_path / "labels")]
    assert main(arguments) == 1
    assert "does not contain its sampling rate" in capsys.readouterr().err
    assert main([*arguments, "--fs", "360"]) == 0
    assert "bare, 0:00:30" in capsys.readouterr().out
    assert (tmp_path / "labels" / "bare.hb").is_file()


@pytest.mark.filterwarnings("default:lead")
def test_a_warning_is_one_line_without_code(tmp_path, capsys):
    lead = 100 * load_sample_recording().lead("MLII")[:10_800] + 512
    np.savetxt(tmp_path / "board.csv", lead, fmt="%d")
    assert main(["info", str(tmp_path / "board.csv"), "--fs", "360"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("heartbeat: warning: lead 'lead' of ")
    assert ".py" not in line


def test_classify_without_arguments_takes_the_sample(capsys):
    assert main(["classify"]) == 0
    assert "ventricular ectopic" in capsys.readouterr().out


def test_classify_refuses_what_cannot_be(tmp_path, capsys):
    assert main(["classify", str(tmp_path)]) == 1
    assert "without WFDB records" in capsys.readouterr().err
    recording = tmp_path / "mine.npz"
    write_recording(recording, load_sample_recording())
    assert main(["classify", str(recording), "-o", str(tmp_path / "no" / "labels")]) == 1
    assert "there is no folder" in capsys.readouterr().err
    # Weights that do not exist are no fault of the recordings.
    assert main(["classify", str(recording), "--weights", "any"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("heartbeat: error: 'any' is neither the name of weights")
