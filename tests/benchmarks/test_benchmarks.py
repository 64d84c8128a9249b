"""Every benchmark script: its help, what it claims to write, where it writes."""

import re
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


@pytest.fixture
def help_of(run_script, capsys):
    def text(name: str) -> str:
        with pytest.raises(SystemExit) as ended:
            run_script(name, "--help")
        assert ended.value.code == 0
        return capsys.readouterr().out

    return text


def files_written(text: str) -> set[str]:
    return set(re.search(r"^writes: (.*)$", text, re.M)[1].split(", "))


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_tells_all(help_of, name):
    text = help_of(name)
    document = (FOLDER / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
    assert document.strip() in text
    assert f"python benchmarks/{name}.py" in text
    assert re.search(r"^takes: .*\b(second|minute|hour)s?\b", text, re.M)
    assert re.search(rf"^  {name}\.py .*--publish$", text, re.M)
    assert "--output DIR" in text
    options = text.partition("\noptions:")[2].partition("\ntakes:")[0]
    entries = re.split(r"\n(?=  -)", options)[1:]
    silent = [entry for entry in entries if not re.search(r"\S {2,}\S|\n {8,}\S", entry)]
    assert len(entries) > 2
    assert not silent, "options without a word of help"


def test_every_published_file_has_its_script(help_of):
    claimed = [file for name in SCRIPTS for file in files_written(help_of(name))]
    published = {path.name for path in (FOLDER / "results").iterdir()}
    assert published <= set(claimed)
    assert len(claimed) == len(set(claimed)), "two scripts write one file"


def test_other_settings_leave_what_is_published(run_script, published_unchanged, tmp_path, capsys):
    run_script("beat_comparison", "--beats", "2000", "--data-home", str(tmp_path))
    table = pd.read_csv(tmp_path / "benchmark-results" / "beat_comparison_speed.csv", comment="#")
    assert (table["beats"] == 2000).all()
    with pytest.raises(SystemExit):
        run_script("beat_comparison", "--beats", "2000", "--publish")
    assert "--beats 100000 and not 2000" in capsys.readouterr().err


def test_synthetic_search_is_a_table_of_its_own(run_script, published_unchanged, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    settings = ["--data", "synthetic", "--architectures", "lite", "--augment", "none"]
    settings += ["--folds", "2", "--output", str(tmp_path / "mine"), "--width-factors", "0.25"]
    run_script("architecture_search", *settings, "--epochs", "1")
    path = tmp_path / "mine" / "architecture_search_synthetic.csv"
    table = pd.read_csv(path, comment="#")
    assert table[["architecture", "width", "epochs"]].values.tolist() == [["lite", 4, 1]]
    assert path.with_suffix(".png").is_file()
    with pytest.raises(ValueError, match="rows of another protocol"):
        run_script("architecture_search", *settings, "--epochs", "2")
    capsys.readouterr()
    with pytest.raises(SystemExit):  # a factor must not be taken for a width
        run_script("architecture_search", "--widths", "8")
    assert "unrecognized arguments: --widths" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "architecture_search", "classical_models", "leakage", "noise_stress", "resampling",
        "transfer",
    ],
)  # fmt: skip
def test_pictures_are_drawn_from_tables(run_script, published_unchanged, tmp_path, name):
    """Nothing that a picture shows has to be trained again."""
    pytest.importorskip("matplotlib")
    mine = tmp_path / "mine"
    mine.mkdir()
    for table in (FOLDER / "results").glob(f"{name}*.csv"):
        (mine / table.name).write_bytes(table.read_bytes())
    run_script(name, "--redraw", "--output", str(mine))
    published = {path.name for path in (FOLDER / "results").glob(f"{name}*.png")}
    assert {path.name for path in mine.glob("*.png")} == published


@pytest.mark.realdata
def test_a_short_holter_is_timed(run_script, published_unchanged, tmp_path, data_home):
    settings = ["--days", "0.01", "--rounds", "1", "--jobs", "1", "--contestants", "heartbeat"]
    run_script("holter", *settings, "--data-home", str(data_home), "--output", str(tmp_path))
    table = pd.read_csv(tmp_path / "holter.csv", comment="#").set_index(["contestant", "stage"])
    stages = table.loc["heartbeat, jobs 1", "cpu_seconds"]
    assert {"read", "detect", "quality", "segment and context", "network and trees", "write"} < set(
        stages.index
    )
    assert stages.drop(["total", "imports, apart"]).sum() <= 1.1 * stages["total"]
    assert table.loc[("heartbeat, jobs 1", "total"), "beats"] > 800
    assert table.loc["floor", "seconds"].sum() > 0
