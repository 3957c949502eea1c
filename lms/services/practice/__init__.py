"""The practicum and consultation log: hours with people, co-signed by a supervisor."""
