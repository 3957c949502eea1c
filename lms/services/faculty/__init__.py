"""Faculty: who directs, teaches, supervises and audits a programme, and what each may teach."""
