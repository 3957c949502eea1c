"""Rosters: people brought in from a spreadsheet, tried before it is done, undone within a day."""
