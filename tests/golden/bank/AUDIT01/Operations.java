package com.bank.admin;

class LimitService {
    private final AuditService auditService;

    public void raiseLimit(String account, BigDecimal limit, String operator) {
        limits.update(account, limit);
        auditService.record(operator, "RAISE_LIMIT", account, limit);
    }

    public void updateDailyLimit(String account, BigDecimal limit, String operator) { // flag
        log.info("daily limit of {} is now {}", account, limit);
        limits.updateDaily(account, limit);
    }

    public void adjustCreditLimit(String account, BigDecimal limit) { // flag
        // auditService.record(operator, "ADJUST", account, limit);
        limits.updateCredit(account, limit);
    }

    public void lowerLimit(String account, BigDecimal limit) { // near: the other one records
        raiseLimit(account, limit, "system");
    }

    public BigDecimal getLimit(String account) { // near: reads only
        return limits.find(account);
    }

    private void resetLimit(String account) { // near: a part of others
        limits.delete(account);
    }
}

class UserAdmin {
    @AuditLog("freeze account")
    public void freezeAccount(String id) {
        accounts.setStatus(id, "FROZEN");
    }

    @Transactional
    public void unfreezeAccount(String id) { // flag
        accounts.setStatus(id, "NORMAL");
    }

    public void resetPassword(String user) { // flag
        users.setPassword(user, encoder.encode(generator.next()));
    }

    @PostMapping("/users/{user}/roles")
    public void assignRole(@PathVariable String user, @RequestBody Role role) { // flag
        users.addRole(user, role);
    }

    @AuditLog("revoke role")
    public void revokeRole(String user, Role role) { // near: marked
        users.removeRole(user, role);
    }

    public void updateNickname(String user, String nickname) { // near: nothing sensitive
        users.setNickname(user, nickname);
    }
}

@Service
class ApprovalService {
    public void approve(Long id, String operator) {
        applications.setStatus(id, Status.APPROVED);
        operationLogService.save(new OperationLog(operator, "APPROVE", id));
    }

    public void reject(Long id, String operator) { // flag
        applications.setStatus(id, Status.REJECTED);
    }

    public void manualAdjustment(Adjustment adjustment) { // flag
        ledger.post(adjustment.toEntry());
    }

    public void overrideApproval(Long id, String reason) { // flag
        applications.setStatus(id, Status.OVERRIDDEN);
    }

    public void changeStatus(Long id, Status status, String operator) { // near: recorded by its helper
        applications.setStatus(id, status);
        trace(operator, id);
    }

    private void trace(String operator, Long id) {
        operationLogService.save(new OperationLog(operator, "CHANGE", id));
    }
}

class Roles {
    public void grantRole(String user, String role) { // near: nobody here records: it is done elsewhere
        roles.add(user, role);
    }

    public void revokeRole(String user, String role) { // near
        roles.remove(user, role);
    }
}

class Account {
    private AuditInfo auditInfo;

    public void setStatus(Status status) { // near: a setter
        this.status = status;
    }

    public void touch() {
        auditInfo.update(Instant.now());
    }
}
