"""Who proposes: one protocol (`base.py`), the embedded engine and recorded answers."""
