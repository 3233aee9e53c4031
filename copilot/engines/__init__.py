"""Who proposes: one protocol (`base.py`), the model, the embedded engine and recorded answers."""
