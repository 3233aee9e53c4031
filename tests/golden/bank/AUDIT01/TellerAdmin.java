@Service
class TellerAdminService {
    private final AuditRecorder auditRecorder;

    public void enableTeller(String id) {
        tellers.enable(id);
        auditRecorder.record(Action.ENABLE, id);
    }

    public void disableTeller(String id) { // flag
        tellers.disable(id);
    }

    public void setOverdraftLimit(String acct, BigDecimal limit) { // flag
        accounts.find(acct).setOverdraft(limit);
    }

    public void blockCard(String cardNo) { // flag
        cards.block(cardNo);
    }

    public void changePin(String cardNo, String pin) { // flag
        cards.setPin(cardNo, hash(pin));
    }

    public void approveWriteOff(Long id) { // flag
        writeOffs.approve(id);
    }

    public void updateAddress(String id, Address a) {
        tellers.updateAddress(id, a);
    }

    public List<Teller> listTellers() {
        return tellers.all();
    }

    public void setUserStatus(Long id, int status) { // flag
        User u = users.find(id);
        u.setStatus(status);
        users.save(u);
    }

    public void printStatement(String acct) {
        printer.print(acct);
    }

    void closeAccount(String acct) {
        accounts.close(acct);
        audit("CLOSE", acct);
    }

    private void audit(String a, String b) {
        auditRecorder.record(Action.valueOf(a), b);
    }

    public boolean isAccountLocked(String a) {
        return accounts.locked(a);
    }

    public void refreshRoleCache() {
        cache.refresh();
    }
}
