"""Live sessions: their schedule, attendance, and the minutes they credit."""
