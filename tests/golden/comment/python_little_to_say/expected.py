def zq(a, b):
    """Call ``b``.

    Args:
        a: Iterated over.
        b: Invoked as ``b(...)``.
    """
    for x in a:
        if x:
            b(x)
