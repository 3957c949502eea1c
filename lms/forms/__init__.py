"""Forms: what a person may send us, checked for shape before any service sees it."""
