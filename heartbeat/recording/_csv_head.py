"""Parse the header of a text table: separator, lead names, units and metadata."""

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path

from heartbeat.recording._leads import millivolts_per

__all__ = [
    "MISSING",
    "SECONDS",
    "TableHead",
    "decoded",
    "is_date",
    "is_missing",
    "is_number",
    "is_time",
    "read_head",
    "without_unit",
]

SECONDS = {
    **dict.fromkeys(("s", "sec", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millis", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "micros", "microseconds"), 1e-6),
}
"""Length of each unit of time in seconds."""

MISSING = frozenset({"", "-", "nan"})
"""Lower-case cell contents that stand for a missing sample."""

_SEARCHED_LINES = 200
_OTHER_UNITS = r"mmhg|bpm|%|g|ohm|°c|degc|m/s2|m/s\^2|a\.?u\.?|adc|counts?|l/min|hz"
_VOLTS = r"[munµμ]?v"
_TIMES = "|".join(SECONDS)
_UNIT_IN_BRACKETS = re.compile(
    rf"^(?P<name>.*?)[\s_]*[\[(]\s*(?P<unit>{_VOLTS}|{_OTHER_UNITS}|{_TIMES})\s*[\])]$", re.I
)
_UNIT_BEHIND = re.compile(r"^(?P<name>.*\S)[\s_/]+(?P<unit>[munµμ]v)$", re.IGNORECASE)
_DATE = r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
_CLOCK = r"\d{1,2}:\d\d(:\d\d)?([.,]\d+)?"
_STAMP = re.compile(
    rf"\[?((?P<date>{_DATE})[T ]+)?{_CLOCK}\s*(Z|[+-]\d\d:?(\d\d)?)?(\s+(?P<late>{_DATE}))?\]?"
)
_DAY = re.compile(_DATE)
_FACTS = {
    "rate": re.compile(r"(sampling|sample)?[ _-]*(rate|frequency)|fs|abtastrate|messrate", re.I),
    "unit": re.compile(r"units?|einheit|unité|unidad", re.IGNORECASE),
    "lead": re.compile(r"lead|ableitung|dérivation|derivación", re.IGNORECASE),
}
_ABOUT = re.compile(
    r"\b(name|date|birth|recorded|class\w*|symptoms?|version|device|patient|id|duration|start\w*|"
    r"channels?|samples?|gain|gender|sex|age|file|format|geburtsdatum|datum|klassifizierung|"
    r"symptome|ger[äa]t|softwareversion|aufgezeichnet\w*)\b",
    re.IGNORECASE,
)


@dataclass
class TableHead:
    """How to read a text table.

    `names` holds None for columns without a name, and `units` holds None for columns without a
    unit. `skipped` is the number of lines above the samples.
    """

    separator: str
    names: list[str | None]
    units: list[str | None]
    skipped: int
    first_row: list[str]
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """Sampling rate in Hz that a line above the table gives."""
        found = re.search(r"\d+([.,]\d+)?", self.facts.get("rate", ""))
        rate = float(found[0].replace(",", ".")) if found else 0.0
        return rate if rate > 0 else None


def decoded(path: Path) -> str:
    """Return the text of a file: UTF-8, UTF-16 with a byte order mark, otherwise Latin-1."""
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not readable UTF-16 text: {error}") from error
    if b"\0" in raw[:4096]:
        raise ValueError(f"{path} is not a text file, because it holds zero bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_head(text: str) -> TableHead:
    """Determine the format of the table in `text`."""
    lines = text.split("\n", _SEARCHED_LINES)[:_SEARCHED_LINES]
    lines = [line.rstrip("\r") for line in lines]
    above: list[int] = []
    separator, start = ",", len(lines)
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        separator = _separator(line)
        cells = _cells(line, separator)
        numeric = any(is_number(cell) and not is_missing(cell) for cell in cells)
        # A number in a row of text that gives no metadata is a damaged row of samples. Reading the
        # table raises an error that names it.
        if all(map(_is_value, cells)) or (numeric and not _is_fact(cells)):
            start = number
            break
        above.append(number)
    first_row = _cells(lines[start], separator) if start < len(lines) else []
    heads = _header_lines(lines, above, first_row, separator)
    facts: dict[str, str] = {}
    for number in above:
        if number not in heads:
            _note(facts, _cells(lines[number], _separator(lines[number])))
    one_lead = not heads and facts or (heads and len(_cells(lines[heads[0]], separator)) == 1)
    if one_lead and len(first_row) == 2 and separator == ",":
        separator, first_row = ";", [",".join(first_row)]  # one lead with decimal commas
    if not heads:
        while start > 0 and not facts and not lines[start - 1].strip():
            start -= 1  # an empty line is a row without samples, unless it ends the metadata
        names: list[str | None] = [None] * max(1, len(first_row))
        names[0] = facts.get("lead") if len(names) == 1 else None
        units = [facts.get("unit")] * len(names)
        return TableHead(separator, names, units, start, first_row, facts)
    if not first_row:
        separator = _separator(lines[heads[0]])
    split = [_name_and_unit(cell) for cell in _cells(lines[heads[0]], separator)]
    units = [unit or facts.get("unit") for _, unit in split]
    if len(heads) > 1:
        units = _unit_row(lines[heads[1]], separator, len(split)) or units
    names = [name for name, _ in split]
    return TableHead(separator, names, units, heads[-1] + 1, first_row, facts)


def _header_lines(
    lines: list[str], above: list[int], first_row: list[str], separator: str
) -> list[int]:
    """Return the numbers of the header lines that hold column names and, if present, units."""
    if not first_row:
        above = [n for n in above if not _is_fact(_cells(lines[n], _separator(lines[n])))]
        return above[:2] if len(above) > 1 and _units_in(lines, above[1]) else above[:1]
    width = len(first_row)
    fits = [n for n in above if len(_cells(lines[n], separator)) == width]
    last = above[-1] if above else -1
    ends_preamble = (
        last >= 0
        and _is_fact(_cells(lines[last], separator))
        and (not lines[last + 1].strip() or _is_unit_fact(lines[last], separator))
    )
    if last in fits and not ends_preamble and not _has_number(lines[last], separator):
        if len(above) > 1 and _unit_row(lines[last], separator, width) and above[-2] in fits:
            return [above[-2], last]
        return [last]
    others = [n for n in above if not _is_fact(_cells(lines[n], _separator(lines[n])))]
    return others[-1:]


def _units_in(lines: list[str], number: int) -> bool:
    separator = _separator(lines[number])
    return _unit_row(lines[number], separator, len(_cells(lines[number], separator))) is not None


def _is_unit_fact(line: str, separator: str) -> bool:
    key, *values = _cells(line, separator)
    return _FACTS["unit"].fullmatch(key) is not None and millivolts_per(values[0]) is not None


def _has_number(line: str, separator: str) -> bool:
    return any(is_number(cell) and not is_missing(cell) for cell in _cells(line, separator))


def is_missing(cell: str) -> bool:
    """Tell whether a cell stands for an invalid sample."""
    return cell.strip().lower() in MISSING


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number, with decimal point or comma, or holds no sample."""
    if is_missing(cell):
        return True
    try:
        float(cell.replace(",", ".", 1))
    except ValueError:
        return False
    return True


def is_time(cell: str) -> bool:
    """Tell whether a cell is a time of day, with or without a date."""
    return _STAMP.fullmatch(cell.strip()) is not None


def is_date(cell: str) -> bool:
    """Tell whether a cell is a date without a time of day."""
    return _DAY.fullmatch(cell.strip()) is not None


def without_unit(name: str) -> str:
    """Return a column's name without the unit in it."""
    return _name_and_unit(name)[0]


def _is_value(cell: str) -> bool:
    return is_number(cell) or is_time(cell) or is_date(cell)


def _separator(line: str) -> str:
    for candidate in "\t;":
        if candidate in line:
            return candidate
    if "," in line or len(line.split()) < 2:
        return ","
    cells = line.split()
    # A blank may separate numbers, but may also be part of a name ("ECG II").
    return r"\s+" if all(is_number(cell) for cell in cells) else ","


def _cells(line: str, separator: str) -> list[str]:
    cells = line.split() if separator == r"\s+" else line.split(separator)
    return [cell.strip().strip("\"'").strip() for cell in cells]


def _is_fact(cells: list[str]) -> bool:
    """Tell whether a line gives a property of the whole recording: ``Sample Rate,512 hertz``."""
    if len(cells) == 1 and ":" in cells[0]:
        cells = cells[0].split(":", 1)
    if len(cells) < 2 or len(cells) > 4 or is_number(cells[0]):
        return cells[:1] != [""] and cells[0].startswith(("#", "%"))
    key = cells[0].lstrip("#% ")
    if any(pattern.fullmatch(key) for pattern in _FACTS.values()):
        return True
    return _ABOUT.search(key) is not None


def _note(facts: dict[str, str], cells: list[str]) -> None:
    if len(cells) == 1:
        cells = cells[0].split(":", 1)
    key = cells[0].lstrip("#% ").strip()
    for name, pattern in _FACTS.items():
        if pattern.fullmatch(key):
            # Here the comma is a decimal comma, not a separator: "Abtastrate,511,905 Hertz".
            facts[name] = ",".join(cells[1:]).strip(" \"'")


def _name_and_unit(cell: str) -> tuple[str, str | None]:
    for pattern in (_UNIT_IN_BRACKETS, _UNIT_BEHIND):
        found = pattern.match(cell)
        if found:
            return found["name"].strip(), found["unit"]
    return cell, None


def _unit_row(line: str, separator: str, n_cells: int) -> list[str | None] | None:
    """Return the units in the second row, as in PhysioNet's exports, or None if it has none."""
    cells = _cells(line, separator)
    if len(cells) != n_cells or any(is_number(cell) and cell != "" for cell in cells):
        return None
    cells = [cell.strip("[]()") for cell in cells]
    known = any(c.lower() in SECONDS or (c and millivolts_per(c) is not None) for c in cells)
    return [cell or None for cell in cells] if known else None
