class CreditAdmin:
    def approve_application(self, app_id, user):
        app = self.repo.get(app_id)
        app.status = "APPROVED"
        self.repo.save(app)
        self.audit_logger.log_event("approve", app_id, user)

    def reject_application(self, app_id, user):  # flag
        app = self.repo.get(app_id)
        app.status = "REJECTED"
        self.repo.save(app)

    def update_overdraft_limit(self, acct, value):  # flag
        acct.overdraft_limit = value

    def grant_admin(self, uid):  # flag
        self.users.set_admin(uid, True)

    def manual_credit(self, acct, amount, user):  # flag
        self.ledger.post(acct, amount)

    def reset_user_mfa(self, uid):  # flag
        self.users.clear_mfa(uid)

    def change_email(self, uid, email):
        self.users.set_email(uid, email)

    def refresh_limits_view(self):
        self.view.refresh()

    def get_role(self, uid):
        return self.users.role(uid)

    def unfreeze(self, acct, user):
        self._set(acct, "ok")
        emit_audit_event("unfreeze", acct, user)

    def _set(self, acct, status):
        acct.status = status
