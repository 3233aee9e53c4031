"""Bare verbs about an account, and decorators of the file that record."""

from functools import wraps


@transaction.atomic
def freeze(account_id, officer, reason):
    Account.objects.filter(pk=account_id).update(status=Account.FROZEN)
    audit.record("account.freeze", account_id, actor=officer.pk)
@transaction.atomic
def reopen(account_id, officer):  # flag
    Account.objects.filter(pk=account_id).update(status=Account.ACTIVE)


class Approvals:
    def approve(self, case, officer):
        case.status = "APPROVED"
        case.save()
        audit_log.info("approve %s %s", case.id, officer)
    def reject(self, case, officer):  # flag
        case.status = "REJECTED"
        case.save()


def trailed(action):  # near: the decorator records
    def outer(func):
        @wraps(func)
        def inner(case_id, officer_id, **kwargs):
            result = func(case_id, officer_id, **kwargs)
            audit_log.write(action, case_id, officer_id)
            return result
        return inner
    return outer
@trailed("decision.override")
def override_decision(case_id, officer_id, *, outcome):
    return decisions.set_outcome(case_id, outcome, overridden_by=officer_id)
@trailed("decision.approve")
def approve_decision(case_id, officer_id):
    return decisions.set_outcome(case_id, "APPROVED", overridden_by=None)


class Limits:
    def raise_limit(self, account, limit, officer):  # near: recorded by the context
        with self.audited("raise", account, officer):
            self.store.set(account, limit)
    def lower_limit(self, account, limit, officer):
        with self.audited("lower", account, officer):
            self.store.set(account, limit)


class Keeper:
    def freeze(self, account_id, officer):  # near: not sensitive
        self.accounts.freeze(account_id)
        self.audit.record("freeze", account_id, officer)
    def open_account(self, account_id):
        return self.accounts.open(account_id)


class Decisions:
    async def approve(self, application_id):  # near: its own writer of the journal
        await self.store.approve(application_id)
        await self._journal("approve", application_id)

    async def override_score(self, application_id, grade):  # flag
        await self.store.grade(application_id, grade)

    async def _journal(self, action, subject):
        await self.store.insert(audit_journal, action, subject)
