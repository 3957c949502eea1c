"""Where the `lms` command begins, as quickly as the web process does.

Nothing made while the commands are put together is ever garbage: looking for some took more than a
third of the time to their first word.
"""

import gc

gc.disable()

from lms.cli import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
