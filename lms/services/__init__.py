"""What the application does, one story a file: only these touch tables, none knows a request."""
