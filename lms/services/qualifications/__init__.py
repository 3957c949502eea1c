"""Qualifications that expire: life support, professional licences, checked and reminded."""
