"""A fictitious retail bank / 虚构零售银行的核心账务示例."""
