package com.example.admin;

@RestController
@RequestMapping("/admin")
class CustomerAdminController {
    private final AuditTrail auditTrail;
    private final CustomerService customers;

    @PostMapping("/limit")
    public void changeTransferLimit(@RequestBody LimitChange c) {
        customers.changeLimit(c);
        auditTrail.log("LIMIT", c);
    }

    @PostMapping("/status")
    public void changeAccountStatus(@RequestBody StatusChange c) { // flag
        customers.changeStatus(c);
    }

    @PutMapping("/password")
    public void resetUserPassword(@RequestParam String user) { // flag
        customers.resetPassword(user);
        log.warn("password of {} reset", user);
    }

    @GetMapping("/limit")
    public Limit limit(String id) {
        return customers.limit(id);
    }

    @PostMapping("/lang")
    public void setLanguage(String id, String lang) {
        customers.setLanguage(id, lang);
    }
}

class PermissionManager {
    @OperLog(title = "权限", businessType = BusinessType.GRANT)
    public void grantPermission(Long uid, Long pid) {
        mapper.insert(uid, pid);
    }

    public void revokePermission(Long uid, Long pid) { // flag
        mapper.delete(uid, pid);
    }

    public void addUserToRole(Long uid, Long rid) { // flag
        mapper.addRole(uid, rid);
    }

    public boolean hasPermission(Long uid, Long pid) {
        return mapper.count(uid, pid) > 0;
    }

    @OperLog(title = "角色")
    public void deleteRole(Long rid) {
        mapper.deleteRole(rid);
    }
}

class LoanApproval {
    public void approveLoan(Long id) {
        repo.approve(id);
        events.publishEvent(new AuditEvent(user(), "APPROVE", id));
    }

    public void rejectLoan(Long id) { // flag
        repo.reject(id);
    }

    public void overrideCreditDecision(Long id, String why) { // flag
        repo.override(id, why);
    }

    public void updateInterestRate(Long id, BigDecimal rate) { // flag
        repo.setRate(id, rate);
    }

    protected void notifyCustomer(Long id) {
        mail.send(id);
    }
}

class ManualPosting {
    private AuditLogger auditLogger;

    public void postAdjustment(Adj a) { // flag
        ledger.post(a);
    }

    public void reverseEntry(Long id) {
        ledger.reverse(id);
        auditLogger.info("reverse {}", id);
    }

    public void unlockAccount(String no) { // flag
        accounts.unlock(no);
    }

    public void adjustBalance(String no, BigDecimal amt) {
        withAudit("ADJUST", () -> ledger.adjust(no, amt));
    }

    private void withAudit(String what, Runnable r) {
        r.run();
        auditLogger.info(what);
    }
}

@Audited
class AllAudited {
    public void grantRole(String u) {
        roles.add(u);
    }

    public void freezeAccount(String u) {
        audit.record(u);
        roles.add(u);
    }

    public void resetPassword(String u) {
        roles.add(u);
    }
}

interface LimitApi {
    void changeLimit(String id);
}
