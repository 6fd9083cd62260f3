"""`python -m lms.client`, which is `lms-client` where it is installed."""

import sys

from .commands import main

sys.exit(main())
