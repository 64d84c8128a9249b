"""A table that grows: taken up again, and never mixed with rows of another protocol."""

import pytest

ROW = {"model": "a", "seed": 0, "score": 0.5}


@pytest.fixture
def table(scripts, tmp_path):
    from _common import protocol_header
    from _results import Results
    from _resume import ResumableTable

    def make(**facts):
        header = protocol_header("Title", **facts)
        return ResumableTable(Results(tmp_path), "t", ["model", "seed"], header)

    return make


def test_table_is_taken_up_again(table):
    table(protocol="3 folds", seeds=[0], jobs=1).add(ROW)
    again = table(protocol="3 folds", seeds=[0, 1], jobs=2)
    assert again.done(model="a", seed=0)
    assert not again.done(model="a", seed=1)
    again.add(ROW | {"seed": 1})
    assert table(protocol="3 folds", seeds=[1]).frame()["seed"].tolist() == [0, 1]


def test_header_of_the_first_run_stays(table, capsys):
    table(protocol="3 folds", jobs=1).add(ROW)
    assert "jobs      1" in table(protocol="3 folds", jobs=2).header
    assert "its header stays" in capsys.readouterr().out


@pytest.mark.parametrize("facts", [{"protocol": "5 folds"}, {}, {"protocol": "3 folds", "new": 1}])
def test_rows_of_another_protocol_are_not_mixed(table, tmp_path, facts):
    table(protocol="3 folds").add(ROW)
    before = (tmp_path / "t.csv").read_bytes()
    with pytest.raises(ValueError, match="rows of another protocol.*--output"):
        table(**facts)
    assert (tmp_path / "t.csv").read_bytes() == before
