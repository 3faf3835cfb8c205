"""`python -m tendu` is `tendu`."""

import sys

from tendu.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
