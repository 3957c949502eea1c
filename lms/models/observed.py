"""Observed ratings: skills by checklist, two raters, agreement, adjudication, remediation."""
