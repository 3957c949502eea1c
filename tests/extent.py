"""How much the tests try: enough to see a fault on every change, or everything, as `make soak`."""

import os

IN_FULL = bool(os.environ.get("LMS_TEST_IN_FULL"))
