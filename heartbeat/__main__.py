"""Run the command-line program ``heartbeat`` as ``python -m heartbeat``."""

import sys

from heartbeat.cli import main

if __name__ == "__main__":
    sys.exit(main())
