from bank.audit import record_audit


class RoleViewSet:
    def grant(self, request, pk):
        self.svc.grant(pk, request.data["role"])
        record_audit(request.user, "grant", pk)

    def revoke(self, request, pk):  # flag
        self.svc.revoke(pk, request.data["role"])

    def change_permissions(self, request, pk):  # flag
        self.svc.set_permissions(pk, request.data["perms"])

    def list_roles(self, request):
        return self.svc.list()


class LimitAdmin:
    def increase_limit(self, acct, amt):
        self.db.set_limit(acct, amt)
        AuditLog.objects.create(action="increase", account=acct)

    def decrease_limit(self, acct, amt):  # flag
        self.db.set_limit(acct, amt)

    def suspend_account(self, acct):  # flag
        self.db.suspend(acct)

    def set_theme(self, acct, theme):
        self.db.set_theme(acct, theme)

    def limit_for(self, acct):
        return self.db.limit(acct)


def reset_password(user, operator):
    user.set_password(new())
    user.save()
    audit.log(operator, "reset", user.id)


def unlock_user(user, operator):  # flag
    user.locked = False
    user.save()


def update_credit_limit(cust, limit, operator):  # flag
    cust.limit = limit
    cust.save()


def adjust_balance(acct, delta, operator):  # flag
    ledger.post(acct, delta)


async def disable_user(user, operator):  # flag
    await repo.disable(user)


def override_risk_decision(app, operator):  # flag
    app.decision = "approve"
    app.save()


def change_role(user, role, operator):
    with audit.trail(operator, "role"):
        user.role = role
        user.save()


@audit.logged("waive")
def waive_fee(acct):
    acct.waive()


def rename_user(user, name):
    user.name = name
    user.save()


def close_account(acct, operator):
    _apply(acct, "closed", operator)


def _apply(acct, status, operator):
    acct.status = status
    acct.save()
    audit.log(operator, status, acct.id)


class AccountAdmin:
    def freeze(self, number, teller):
        self.accounts.freeze(number)
        write_audit(teller, "freeze", number)

    def close(self, number, teller):  # flag
        self.accounts.close(number)
