def f(a):
	"""Return ``None`` if ``a``, otherwise ``[a]``.

	Changes nothing outside.

	Args:
		a: Decides a branch. Part of ``[a]``.

	Returns:
		``None`` if ``a``, otherwise ``[a]``.
	"""
	if a:
		return None
	return [a]


class A:
	"""``A`` with ``total``."""
	def total(self, rows):
		"""Return the total: the result of ``sum(rows)``.

		Args:
			rows: Passed to ``sum``.

		Returns:
			The result of ``sum(rows)``.
		"""
		return sum(rows)
