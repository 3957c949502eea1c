"""The `lms items` commands: what is done with items and marks outside the server.

Each command lives in a file of its own in this folder and is added here.
"""

import click

from lms.items.analyse import analyse
from lms.items.exchange import export_items, import_items


@click.group()
def items() -> None:
    """Analyse marks, and exchange items with other systems."""


items.add_command(analyse)
items.add_command(export_items)
items.add_command(import_items)
