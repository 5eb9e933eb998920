"""``python -m pipeline`` is ``fiches``."""

import sys

from pipeline.cli import main

sys.exit(main())
