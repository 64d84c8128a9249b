"""The command line that benchmark scripts share: where results go, what may be published."""

import pandas as pd
import pytest


@pytest.fixture
def parser(scripts):
    from _script import BenchmarkParser

    parser = BenchmarkParser(
        "What it does.\n\n    python benchmarks/x.py",
        takes="two minutes",
        writes=["x.csv", "x.png"],
        published=["--epochs 10 --models all", "--speed"],
        rows=["models"],
        incidental=["jobs"],
        data="mitdb/",
        redraws=True,
    )
    parser.add_argument("--epochs", type=int, default=3, help="of the network")
    parser.add_argument("--models", nargs="+", default=["a"], help="which")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--speed", action="store_true", help="time it")
    return parser


def results_of(parser, *line):
    return parser.results(parser.parse_args(list(line)))


def test_results_go_to_a_folder_of_the_user(parser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = results_of(parser, "--epochs", "1")
    assert not results.folder.exists()
    path = results.save_table(pd.DataFrame({"a": [1.5]}), "x", "Title\n=====\nseed  0")
    assert path.resolve() == tmp_path / "benchmark-results" / "x.csv"
    assert path.read_text() == "# Title\n# =====\n# seed  0\na\n1.5\n"
    assert results.read_table("x")["a"].tolist() == [1.5]
    assert [file.name for file in results.folder.iterdir()] == ["x.csv"]


def test_output_is_where_the_user_says(parser, tmp_path):
    assert results_of(parser, "--output", str(tmp_path / "mine")).folder == tmp_path / "mine"


@pytest.mark.parametrize(
    "line",
    [
        ["--epochs", "10", "--models", "all"],
        ["--epochs", "10", "--models", "a", "b", "--jobs", "2", "--data-home", "/data"],
        ["--speed"],
        ["--redraw"],
    ],
)
def test_published_settings_can_be_published(parser, scripts, line):
    assert results_of(parser, *line, "--publish").folder == scripts / "results"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["--epochs", "1"], "published results have --epochs 10 and not 1"),
        ([], "published results have"),
        (["--speed", "--epochs", "4"], "published results have --epochs 3 and not 4"),
    ],
)
def test_other_settings_cannot_be_published(parser, capsys, line, message):
    with pytest.raises(SystemExit):
        results_of(parser, *line, "--publish")
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "--output" in error


def test_part_of_a_list_is_published_only_where_it_chooses_rows(scripts, capsys):
    from _script import BenchmarkParser

    parser = BenchmarkParser("x", takes="", writes=[], published=["--seeds 0 1"], rows=["models"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--models", nargs="+", default=["a", "b"])
    assert results_of(parser, "--seeds", "0", "1", "--models", "b", "--publish")
    for line in (["--seeds", "0"], ["--seeds", "0", "1", "--models", "c"]):
        with pytest.raises(SystemExit):
            results_of(parser, *line, "--publish")
    assert "--seeds 0 1 and not 0" in capsys.readouterr().err


def test_output_is_not_the_published_folder(parser, scripts, capsys):
    with pytest.raises(SystemExit):
        results_of(parser, "--output", str(scripts / "results"))
    assert "use --publish" in capsys.readouterr().err


def test_output_and_publish_exclude_each_other(parser, tmp_path):
    with pytest.raises(SystemExit):
        parser.parse_args(["--output", str(tmp_path), "--publish"])


def test_help_says_what_it_does_how_long_and_what_it_writes(parser):
    text = parser.format_help()
    for part in ("What it does.", "takes: two minutes", "writes: x.csv, x.png", "--epochs 10"):
        assert part in text
    assert "(default: 3)" in text


def test_only_declared_files_are_written(parser, tmp_path):
    results = results_of(parser, "--output", str(tmp_path))
    with pytest.raises(ValueError, match="'y.csv' is not among"):
        results.save_table(pd.DataFrame(), "y")


def test_nothing_to_redraw_is_said(parser, tmp_path):
    results = results_of(parser, "--output", str(tmp_path), "--redraw")
    with pytest.raises(FileNotFoundError, match="add --publish to draw the published table"):
        results.read_table("x")


def test_figure_is_written_whole(parser, tmp_path):
    plt = pytest.importorskip("matplotlib.pyplot")
    figure, _ = plt.subplots()
    path = results_of(parser, "--output", str(tmp_path)).save_figure(figure, "x")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [file.name for file in tmp_path.iterdir()] == ["x.png"]
