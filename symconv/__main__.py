"""``python -m symconv`` is the command line."""

import os
import sys

from symconv.cli import INTERRUPTED, main

status = main()
if status == INTERRUPTED:
    # with -m Python ends by the signal itself if it came inside an `exec` of a library, although it was caught
    try:
        sys.stdout.flush()
    finally:
        os._exit(status)
sys.exit(status)
