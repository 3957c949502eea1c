"""The application: pages, people, tables and jobs around the three cores."""
