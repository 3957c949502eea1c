"""Dossiers: everything on record about one learner, as page, PDF and JSON."""
