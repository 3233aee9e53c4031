def f(x):
    ‸
