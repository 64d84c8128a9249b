"""``python -m heartbeat`` is the command ``heartbeat``."""

import sys

from heartbeat.cli import main

if __name__ == "__main__":
    sys.exit(main())
