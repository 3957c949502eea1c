"""What learners said of a course, with small groups suppressed."""
