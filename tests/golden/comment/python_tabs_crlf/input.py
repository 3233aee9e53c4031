def f(a):
	if a:
		return None
	return [a]


class A:
	def total(self, rows): return sum(rows)
