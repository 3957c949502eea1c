"""Who is at risk and why: flags that explain themselves, with an owner, a note and an outcome."""
