"""The kinds of item: what each asks for, how its answer is read, and how it is marked.

`details` holds what a kind knows beyond its options, `answers` and `marks` lead to the one file a
kind. docs/assessment.md states every rule for authors and learners.
"""
