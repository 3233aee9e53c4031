def zq(a, b):
    for x in a:
        if x:
            b(x)
