@Service
public class Operators {
    private final OperationLogMapper operationLogMapper;
    private final AuditPublisher auditPublisher;

    public void setLimit(String no, long v) {
        m.setLimit(no, v);
        operationLogMapper.insert(OperationLog.of("limit", no));
    }

    @Override
    public void removeRole(Long u, Long r) { // flag
        m.removeRole(u, r);
    }

    @Transactional(rollbackFor = Exception.class)
    public void changeCustomerStatus(Long id, String status) { // flag
        Customer c = m.get(id);
        c.setStatus(status);
        m.update(c);
    }

    public boolean resetPwd(Long u) { // flag
        return m.resetPwd(u) > 0;
    }

    public void approveCredit(Long id) {
        m.approve(id);
        auditPublisher.publish(new Event(id));
    }

    public void rejectCredit(Long id) { // flag
        m.reject(id);
    }

    public void lockUser(Long id) { // flag
        m.lock(id);
    }

    public void adjustPoints(Long id, int n) {
        m.points(id, n);
        logOperation("points", id);
    }

    private void logOperation(String s, Long id) {
        operationLogMapper.insert(OperationLog.of(s, id));
    }

    public void sendStatement(Long id) {
        mail.send(id);
    }

    public Customer findCustomer(Long id) {
        return m.get(id);
    }

    public void updateRemark(Long id, String s) {
        m.remark(id, s);
    }

    public void uploadAvatar(Long id, byte[] b) {
        m.avatar(id, b);
    }
}

@RestController
class UserAdminController {
    @AuditLog("create user")
    @PostMapping("/users")
    public void create(@RequestBody User user) {
        userService.create(user);
    }

    @DeleteMapping("/users/{id}")
    public void delete(@PathVariable Long id) { // flag
        userService.delete(id);
    }
}

class BookCatalog {
    @AuditLog("create book")
    public void create(Book book) {
        books.add(book);
    }

    // near: nothing of a bank is kept here
    public void delete(Long id) {
        books.remove(id);
    }
}
