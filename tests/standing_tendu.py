"""The command `tendu` in a process of its own, with people who stand in every picture instead of a model.

python standing_tendu.py PAUSE ARGUMENTS...      each look takes PAUSE seconds; the tenth is told on stderr
"""

import signal
import sys
import time
from functools import partial

from standing import standing
from tendu import loading
from tendu.cli.main import main


def look(frame, pause):
    if frame.number == 10:
        sys.stderr.write("looking\n")
    time.sleep(pause)


if __name__ == "__main__":
    # Tests that were started in a shell's background ignore Ctrl-C, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    look_for = partial(look, pause=float(sys.argv.pop(1)))
    loading.load = lambda *_, **__: standing(before=look_for)
    sys.exit(main())
