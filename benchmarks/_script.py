"""The command line that all benchmark scripts share: settings, and where results are written."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from _results import RESULTS, Results

OUTPUT = Path("benchmark-results")
"""Where results go unless the user says otherwise: a folder of the current directory."""


class BenchmarkParser(argparse.ArgumentParser):
    """Parser with the options, the help and the guard of the published tables.

    Parameters
    ----------
    doc : str
        The script's docstring, shown whole by ``--help``.
    takes : str
        How long it takes, and on what.
    writes : sequence of str
        Names of the files that it may write.
    published : sequence of str
        Command lines that the published tables are made with, without the script's name. Nothing
        else can be published.
    rows : sequence of str
        List options that only choose rows of a table that grows: part of a published list, or
        the whole, may be run and published at a time.
    incidental : sequence of str
        Options that do not change what is measured: paths, numbers of processes.
    data : str, optional
        Databases that ``--data-home`` must hold; without it there is no such option.
    redraws : bool
        Offer ``--redraw``: pictures anew from the tables that are there.
    publishes_to : path-like
        Folder of what is published.
    """

    def __init__(
        self,
        doc: str,
        *,
        takes: str,
        writes: Sequence[str],
        published: Sequence[str] = ("",),
        rows: Sequence[str] = (),
        incidental: Sequence[str] = (),
        data: str | None = None,
        redraws: bool = False,
        publishes_to: Path = RESULTS,
    ):
        super().__init__(description=doc, formatter_class=_HelpFormatter, allow_abbrev=False)
        self.writes, self.published, self.rows = tuple(writes), tuple(published), tuple(rows)
        self.publishes_to = Path(publishes_to).resolve()
        self.incidental = {*incidental, "data_home", "output", "publish", "redraw", "help"}
        commands = "\n".join(f"  {self.prog} {line} --publish" for line in published)
        self.epilog = (
            f"takes: {takes}\n"
            f"writes: {', '.join(writes)}\n"
            f"to ./{OUTPUT}, or to the folder of --output. Only --publish replaces what the "
            f"repository holds,\nand takes the settings that this was made with:\n{commands}"
        )
        if data:
            self.add_argument(
                "--data-home",
                metavar="DIR",
                help=f"folder that holds {data} (default: $HEARTBEAT_DATA)",
            )
        place = self.add_mutually_exclusive_group()
        place.add_argument(
            "--output", type=Path, default=OUTPUT, metavar="DIR", help="folder for the results"
        )
        place.add_argument(
            "--publish",
            action="store_true",
            help=f"write to {publishes_to.parent.name}/{publishes_to.name} of the repository",
        )
        if redraws:
            self.add_argument(
                "--redraw",
                action="store_true",
                help="only draw the figures again, from the existing tables",
            )

    def results(self, arguments: argparse.Namespace) -> Results:
        """Return the folder that results go to; end with an error where it must not be written."""
        if not arguments.publish:
            if arguments.output.resolve() in (RESULTS, self.publishes_to):
                self.error(f"--output {arguments.output} holds published results: use --publish")
            return Results(arguments.output, self.writes)
        if not getattr(arguments, "redraw", False):
            self._check_published(arguments)
        return Results(self.publishes_to, self.writes)

    def _check_published(self, arguments: argparse.Namespace) -> None:
        settings = [self.parse_args([*shlex.split(line), "--publish"]) for line in self.published]
        differing = [self._differing(arguments, published) for published in settings]
        if all(differing):
            nearest = min(differing, key=len)
            self.error(
                f"--publish: published results have {', '.join(nearest)}; keep the results of "
                "other settings in a folder of your own with --output"
            )

    def _differing(self, arguments: argparse.Namespace, published: argparse.Namespace) -> list[str]:
        """Return the settings of `published` that are not those of `arguments`, in words."""
        found = []
        for name, expected in vars(published).items():
            value = getattr(arguments, name)
            if name in self.incidental or value == expected:
                continue
            if name in self.rows:
                everything = expected is None or "all" in expected
                if everything or (value is not None and set(value) <= set(expected)):
                    continue
            found.append(f"--{name.replace('_', '-')} {_words(expected)} and not {_words(value)}")
        return found


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keep line breaks, and tell the defaults that say something."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        silent = action.default in (None, False, argparse.SUPPRESS)
        if silent or "default" in (action.help or ""):
            return action.help
        default = _words(action.default).replace("%", "%%")
        return f"{action.help or ''} (default: {default})".strip()


def _words(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "nothing"
    return str(value)
