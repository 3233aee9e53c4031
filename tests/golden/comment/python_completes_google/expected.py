def post(entry, account, *, memo=None):
    """Post an entry to the ledger.

    The text of a person stays.

    Args:
        entry: Rejected with ``ValueError`` if ``entry is None``.
        account: Where it goes.
            On two lines.
        memo: Passed to ``account.add``. Default ``None``.

    Returns:
        The result of ``account.add(entry, memo)``.

    Raises:
        ValueError: If ``entry is None``, with the message ``"entry"``.

    Example:
        post(e, a)
    """
    if entry is None:
        raise ValueError("entry")
    return account.add(entry, memo)
