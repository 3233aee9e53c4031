def post(entry, account, *, memo=None):
    """Post an entry to the ledger.

    The text of a person stays.

    Args:
        account: Where it goes.
            On two lines.

    Example:
        post(e, a)
    """
    if entry is None:
        raise ValueError("entry")
    return account.add(entry, memo)
