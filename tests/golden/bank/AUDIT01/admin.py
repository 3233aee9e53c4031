"""What tellers and administrators may do."""

import logging

from .audit import audit_log, audited

logger = logging.getLogger(__name__)


class LimitService:
    def raise_limit(self, account, limit, operator):
        self.limits.update(account, limit)
        self.audit.record(operator, "raise_limit", account=account, limit=limit)

    def set_daily_limit(self, account, limit, operator):  # flag
        logger.info("daily limit of %s is now %s", account, limit)
        self.limits.update_daily(account, limit)

    def adjust_credit_limit(self, account, limit):  # flag
        # self.audit.record(operator, "adjust", account=account)
        self.limits.update_credit(account, limit)

    def lower_limit(self, account, limit):  # near: the other one records
        self.raise_limit(account, limit, "system")

    def get_limit(self, account):  # near: reads only
        return self.limits.find(account)

    def _reset_limit(self, account):  # near: a part of others
        self.limits.delete(account)


class UserAdmin:
    @audited("freeze")
    def freeze_account(self, number):
        self.accounts.set_status(number, "frozen")

    def unfreeze_account(self, number):  # flag
        self.accounts.set_status(number, "normal")

    async def reset_password(self, user):  # flag
        await self.users.set_password(user, generate())

    def assign_role(self, user, role):  # flag
        self.users.add_role(user, role)

    @audited("revoke")
    def revoke_role(self, user, role):  # near: marked
        self.users.remove_role(user, role)

    def update_nickname(self, user, nickname):  # near: nothing sensitive
        self.users.set_nickname(user, nickname)


def approve_loan(loan, operator):
    loan.approve()
    loan.save()
    audit_log(operator, "approve", loan.pk)


def reject_loan(loan, operator):  # flag
    loan.reject()
    loan.save()


def manual_adjustment(account, amount, operator):  # flag
    ledger.post(account, amount)


def change_account_status(account, status, operator):  # flag
    account.status = status
    account.save(update_fields=["status"])


def waive_fee(account, operator):  # near: recorded by its helper
    account.fees.clear()
    _trace(operator, account)


def _trace(operator, account):
    audit_log(operator, "waive", account.pk)


class Roles:
    def grant_role(self, user, role):  # near: nobody here records
        self.roles.add(user, role)

    def revoke_role(self, user, role):  # near
        self.roles.remove(user, role)
