from abc import ABC, abstractmethod


class Rule(ABC):
	@abstractmethod
	def check(self, value): ...


class Limit(Rule):
	pass
