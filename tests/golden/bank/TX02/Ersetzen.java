@Service
class Ersetzen {
    private final ProductStore store;
    private final KontoBestand bestand;
    private final Mailer mailer;
    private final Ersetzen self;
    private final RestClient http;

    @Transactional
    public void ersetzen(String alt, String neu) {
        try {
            store.retire(alt);
            store.activate(neu);
        } catch (RuntimeException e) { // flag
            log.error("ersetzen {} {}", alt, neu, e);
        }
    }

    @Transactional(rollbackFor = Exception.class)
    public boolean umbuchen(Buchung b) {
        try {
            bestand.belasten(b.von(), b.betrag());
            bestand.gutschreiben(b.nach(), b.betrag());
            return true;
        } catch (Exception e) { // flag
            log.warn("umbuchen", e);
            return false;
        }
    }

    @Transactional
    public Result changeStatus(String no) {
        try {
            this.store.block(no);
            this.bestand.sperren(no);
        } catch (DataAccessException e) { // flag
            return Result.fail(e.getMessage());
        }
        return Result.ok();
    }

    @Transactional
    public void marked(String no) {
        try {
            store.retire(no);
            store.activate(no);
        } catch (RuntimeException e) { // near: marked as failed
            TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
        }
    }

    @Transactional
    public void thrown(String no) {
        try {
            store.retire(no);
            store.activate(no);
        } catch (RuntimeException e) { // near: thrown on
            throw new StoreException(no, e);
        }
    }

    @Transactional
    public void mail(String no) {
        store.retire(no);
        store.activate(no);
        try {
            mailer.notify(no);
        } catch (RuntimeException e) { // near: a mail is no part of it
            log.warn("mail", e);
        }
    }

    @Transactional
    public void parse(String no, String text) {
        int days = 0;
        try {
            days = Integer.parseInt(text);
        } catch (NumberFormatException e) { // near: nothing is written
            log.warn("no number");
        }
        store.extend(no, days);
        store.activate(no);
    }

    public void plain(String no) {
        try {
            store.retire(no);
        } catch (RuntimeException e) { // near: no transaction
            log.warn("retire", e);
        }
    }

    @Transactional(readOnly = true)
    public void read(String no) {
        try {
            store.touch(no);
        } catch (RuntimeException e) { // near: only read
            log.warn("touch", e);
        }
    }

    public void loop(List<String> all) {
        for (String no : all) {
            einzeln(no); // flag
        }
    }

    @Transactional
    public void einzeln(String no) {
        store.retire(no);
        store.activate(no);
    }

    public void lambda(List<String> all) {
        all.forEach(this::einzeln); // flag
    }

    public void async(String no) {
        CompletableFuture.runAsync(() -> einzeln(no)); // flag
    }

    public void proxied(List<String> all) {
        all.forEach(self::einzeln); // near: through the proxy
    }

    @Transactional
    public void joins(String no) {
        einzeln(no); // near: joins the caller's
    }

    @Transactional
    protected void newOne(String no) {
        eigene(no); // flag
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void eigene(String no) {
        store.retire(no);
    }

    @Transactional
    private void versteckt(String no) { // flag
        store.retire(no);
    }

    @Transactional
    public final void endgueltig(String no) { // flag
        store.retire(no);
    }

    @Transactional
    public static void statisch(Store s, String no) { // flag
        s.retire(no);
    }

    @Transactional
    public void datei(String no) throws IOException { // flag
        store.retire(no);
        Files.writeString(path, no);
    }

    @Transactional
    public void eigeneAusnahme(String no) throws BuchungsException { // flag
        store.retire(no);
        if (no.isEmpty()) {
            throw new BuchungsException(no);
        }
    }

    @Transactional(rollbackFor = IOException.class)
    public void genannt(String no) throws IOException { // near: told
        store.retire(no);
    }

    @Transactional
    public void ungeprueft(String no) throws IllegalStateException { // near: unchecked
        store.retire(no);
    }
}

class BuchungsException extends Exception {
}
