"""`python -m local_kintone`."""

import sys

from local_kintone.command import main

if __name__ == "__main__":
    sys.exit(main())
