def predicates(flow, money): return {}
