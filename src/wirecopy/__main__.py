"""`python -m wirecopy` is `wirecopy`."""

import sys

from wirecopy.cli import main

sys.exit(main())
