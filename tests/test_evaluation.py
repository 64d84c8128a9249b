"""Folders of annotations, evaluated in one call and on the command line."""

import numpy as np
import pandas as pd
import pytest

from heartbeat.cli import main
from heartbeat.evaluation import evaluate_folder, write_evaluation
from heartbeat.metrics import evaluate_annotations
from heartbeat.recording import Annotations, write_annotations

SAMPLE = np.arange(100, 12100, 300)
TRUTH = Annotations(SAMPLE, list("NNVVNNVVVN" * 4))
FOUND = Annotations(SAMPLE[:-3], list("NNVNNNVVVN" * 4)[:-3])


@pytest.fixture
def folders(tmp_path):
    reference, test = tmp_path / "mitdb", tmp_path / "found"
    for folder in (reference, test):
        folder.mkdir()
    for record in ("201", "202", "203"):
        write_annotations(reference / record, TRUTH, "atr", fs=360)
    for record in ("201", "202"):
        write_annotations(test / record, FOUND, "tst", fs=360)
    return reference, test


def evaluate(folders, *args, **keywords):
    return evaluate_folder(*folders, *args, **{"start": 0, "random_state": 0} | keywords)


def test_agrees_with_the_annotations_in_memory(folders):
    evaluation = evaluate(folders)
    expected = evaluate_annotations(
        [("201", TRUTH, FOUND), ("202", TRUTH, FOUND)], fs=360, start=0, confidence=None
    )
    pd.testing.assert_frame_equal(evaluation.per_record, expected.per_record)
    assert evaluation.beats.report() == expected.beats.report()


def test_records_of_one_person_are_one_subject(folders):
    # 201 and 202 of mitdb; in a folder of another name nothing is known of them.
    assert evaluate(folders).n_subjects == 1
    assert evaluate(folders, subjects={"201": "x", "202": "y"}).n_subjects == 2
    assert evaluate([folders[0].rename(folders[0].with_name("other")), folders[1]]).n_subjects == 2


def test_records_left_out_are_named(folders):
    assert "left out    203" in evaluate(folders).report()
    assert "left out    202, 203" in evaluate(folders, records=["201"]).report()
    write_annotations(folders[1] / "203", FOUND, "tst", fs=360)
    assert "left out    no record of the reference" in evaluate(folders).report()


def test_report_and_table_are_written(folders, tmp_path):
    evaluation = evaluate(folders, tmp_path / "report.txt", subjects={})
    assert (tmp_path / "report.txt").read_text() == f"{evaluation}\n"
    assert write_evaluation(evaluation, tmp_path / "all.csv") == tmp_path / "all.csv"
    table = pd.read_csv(tmp_path / "all.csv", index_col=[0, 1])
    pd.testing.assert_frame_equal(table, evaluation.to_frame(), check_dtype=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "all.csv", "found", "mitdb", "report.txt",
    ]  # fmt: skip
    with pytest.raises(FileNotFoundError, match="there is no folder .*nowhere"):
        write_evaluation(evaluation, tmp_path / "nowhere" / "report.txt")


def test_rate_comes_from_the_header_first(folders):
    # At 720 Hz by the header, the files' own 360 Hz double every position.
    (folders[0] / "201.hea").write_text("201 1 720 24200\n201.dat 212 200 11 0 0 0 0 MLII\n")
    evaluation = evaluate(folders, records=["201"])
    assert evaluation.heart_rates[0].mean_rate == pytest.approx(72)
    assert evaluation.per_record.at["201", "Q Se"] == 37 / 40


def test_rate_may_be_given_where_nothing_tells_it(tmp_path):
    for annotator, marks in (("atr", TRUTH), ("tst", FOUND)):
        write_annotations(tmp_path / "x", marks, annotator)
    with pytest.raises(ValueError, match="the sampling rate of record x is unknown.*Give fs"):
        evaluate([tmp_path, tmp_path])
    evaluation = evaluate([tmp_path, tmp_path], fs=180)
    assert evaluation.heart_rates[0].mean_rate == pytest.approx(36)


def test_other_annotators(folders):
    write_annotations(folders[1] / "203", TRUTH, "hb", fs=360)
    evaluation = evaluate(folders, annotators=("atr", "hb"))
    assert evaluation.per_record.index.tolist() == ["203"]
    assert evaluation.per_record.at["203", "V Se"] == 1


def test_what_is_missing_is_named(folders, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"test='.*nowhere' is not a folder"):
        evaluate([folders[0], tmp_path / "nowhere"])
    with pytest.raises(FileNotFoundError, match=r"found holds no file \*\.hb"):
        evaluate(folders, annotators=("atr", "hb"))
    with pytest.raises(FileNotFoundError, match=r"found holds no tst annotations of record 203"):
        evaluate(folders, records=["201", "203"])
    write_annotations(folders[1] / "999", FOUND, "tst", fs=360)
    with pytest.raises(FileNotFoundError, match=r"mitdb holds no atr annotations of record 999"):
        evaluate(folders)
    with pytest.raises(FileNotFoundError, match="records is empty"):
        evaluate(folders, records=[])
    (folders[1] / "201.tst").write_bytes(b"")
    with pytest.raises(ValueError, match=r"201\.tst .*empty or truncated"):
        evaluate(folders, records=["201"])


def test_command(folders, tmp_path, capsys):
    reference, test = map(str, folders)
    report, table = tmp_path / "r.txt", tmp_path / "t.csv"
    line = ["evaluate", reference, test, "--start", "0", "-o", str(report), "--table", str(table)]
    assert main(line) == 0
    printed = capsys.readouterr().out
    assert report.read_text() in printed
    assert f"wrote {report}" in printed and f"wrote {table}" in printed
    assert "V couplet Se" in table.read_text()
    # A database of the data home goes by its name.
    line = ["evaluate", "mitdb", test, "--data-home", str(tmp_path), "--records", "201"]
    assert main([*line, "--start", "0", "--corrected", "--stop", "20"]) == 0
    printed = capsys.readouterr().out
    assert "without the known defects of rxr" in printed and "from 0 s to 20 s" in printed


def test_labels_of_classify_are_found_without_their_suffix(folders, tmp_path, capsys):
    labels = tmp_path / "labels"
    labels.mkdir()
    for file in folders[1].glob("*.tst"):
        (labels / f"{file.stem}.hb").write_bytes(file.read_bytes())
    arguments = ["evaluate", str(folders[0]), str(labels), "--start", "0"]
    assert main(arguments) == 0
    assert f"test        hb in {labels}" in capsys.readouterr().out
    assert main([*arguments[:2], str(folders[1]), "--start", "0"]) == 0
    assert f"test        tst in {folders[1]}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "report.pdf"], "must end in .txt"),
        (["--table", "no/such/t.csv"], "there is no folder"),
        (["--records", "DS2"], "holds no atr annotations of 21 records: 100, 103"),
        (["--test-annotator", "qrs"], "holds no file *.qrs"),
        (["--start", "-1"], "start must be"),
    ],
)
def test_mistakes_on_the_command_line(folders, options, message, capsys):
    assert main(["evaluate", *map(str, folders), *options]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_nine_recordings_as_the_programs_print_them(mitdb, data_home, tmp_path):
    folder = data_home / "ec57"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    evaluation = evaluate_folder(mitdb, folder, tmp_path / "report.txt", random_state=0)
    report = (tmp_path / "report.txt").read_text()
    for name in ("sumstats", "shutdown", "runs.v.sumstats", "runs.s.sumstats"):
        assert (folder / f"{name}.std.txt").read_text().strip() in report
    assert evaluation.n_subjects == 9
    low, high = evaluation.intervals.loc[("gross", "V couplet Se")]
    assert low < evaluation.overall.at["gross", "V couplet Se"] < high
