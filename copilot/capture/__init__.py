"""Accepted suggestions and what became of them, kept for the bank's tuning team: reviewed, sealed, and only by agreement.

Two must agree, the bank (`capture.policy`, in the administrator's file) and the developer (`capture.consent`, or the verb).
"""
