"""``heartbeat fetch``: download a database."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat fetch``."""
    parser.add_argument(
        "name", metavar="NAME", help="database, such as mitdb (see 'heartbeat info')"
    )
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")
    parser.add_argument("--base-url", metavar="URL", help="mirror to download from")
    parser.add_argument(
        "--verify", action="store_true", help="verify the checksums of existing files again"
    )


def run(arguments: argparse.Namespace) -> None:
    """Download the missing files of a database and verify them."""
    from heartbeat.datasets import fetch_database

    folder = fetch_database(
        arguments.name,
        data_home=arguments.data_home,
        base_url=arguments.base_url,
        verify=arguments.verify,
    )
    print(f"{arguments.name} is complete in {folder}")
