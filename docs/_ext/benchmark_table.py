"""The directive ``benchmark``: a table of ``benchmarks/results``, so that no figure is retyped.

Options: ``columns`` (``column as heading``, separated by semicolons), ``by`` (the columns that a
row stands for: the mean of the others is shown, and the range over seeds), ``where`` (a pandas
query), ``sort`` (a column, falling), ``percent`` (columns times 100), ``note``.
"""

from pathlib import Path

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import Directive, directives

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


class BenchmarkTable(Directive):
    """A table of ``benchmarks/results``, some of its rows and columns."""

    required_arguments = 1
    option_spec = {
        "columns": directives.unchanged_required,
        "by": directives.unchanged,
        "where": directives.unchanged,
        "sort": directives.unchanged,
        "script": directives.unchanged_required,
    }

    def run(self):
        """Return the table and a line that says where it is from."""
        path = RESULTS / self.arguments[0]
        environment = getattr(self.state.document.settings, "env", None)
        if environment is not None:
            environment.note_dependency(str(path))
        table = pd.read_csv(path, comment="#")
        if "where" in self.options:
            table = table.query(self.options["where"])
        if table.empty:
            raise self.error(f"{path.name} has no row where {self.options['where']}")
        columns = dict(
            (part.strip() for part in pair.split(" as ")) if " as " in pair else (pair.strip(),) * 2
            for pair in self.options["columns"].split(";")
        )
        by = [name.strip() for name in self.options.get("by", "").split(";") if name.strip()]
        if "sort" in self.options:
            table = _sorted(table, by, self.options["sort"])
        rows = _rows(table, by, list(columns))
        source = nodes.paragraph(classes=["benchmark-source"])
        source += nodes.Text("From ")
        source += nodes.literal(text=f"benchmarks/results/{path.name}")
        source += nodes.Text(", made by ")
        source += nodes.literal(text=f"benchmarks/{self.options['script']}.py")
        source += nodes.Text(_protocol(path))
        return [_table(list(columns.values()), rows), source]


def _protocol(path: Path) -> str:
    """Return the protocol that the table states of itself, as a sentence's end."""
    for line in path.read_text().splitlines():
        if line.startswith(("# protocol ", "# split ", "# data ")):
            return f": {line.split(maxsplit=2)[2]}."
    return "."


def _sorted(table, by, column):
    if not by:
        return table.sort_values(column, ascending=False)
    mean = table.groupby(by, sort=False)[column].transform("mean")
    return table.loc[mean.sort_values(ascending=False, kind="stable").index]


def _rows(table, by, columns):
    if not by:
        return [[_cell([row[name]]) for name in columns] for _, row in table.iterrows()]
    return [
        [_cell(rows[name].unique() if name in by else rows[name]) for name in columns]
        for _, rows in table.groupby(by, sort=False)
    ]


def _cell(values) -> str:
    """Return one value, or the mean of several with their range."""
    values = list(values)
    if isinstance(values[0], str):
        return values[0]
    values = [value for value in values if pd.notna(value)]
    if not values:
        return "-"
    mean = _number(sum(values) / len(values))
    low, high = _number(min(values)), _number(max(values))
    return mean if low == high else f"{mean} ({low}-{high})"


def _number(value: float) -> str:
    if value == int(value) and abs(value) >= 1:
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:.1f}"
    return f"{value:.3f}".replace("0.", ".", 1)


def _table(headings, rows):
    table = nodes.table(classes=["benchmark"])
    group = nodes.tgroup(cols=len(headings))
    table += group
    group += [nodes.colspec(colwidth=1) for _ in headings]
    head, body = nodes.thead(), nodes.tbody()
    group += [head, body]
    head += _row(headings)
    body += [_row(row) for row in rows]
    return table


def _row(cells):
    row = nodes.row()
    for text in cells:
        entry = nodes.entry()
        entry += nodes.paragraph(text=text)
        row += entry
    return row


def setup(app):
    """Register the directive."""
    app.add_directive("benchmark", BenchmarkTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
