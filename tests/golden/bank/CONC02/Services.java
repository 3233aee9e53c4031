// Fields of services that requests change, and objects that keep what they are working on.
@Service
public class CutoffService {
    private final BatchRepository batches;
    private Long currentBatchId; // flag
    public int close(String branch) {
        currentBatchId = batches.openBatchOf(branch);
        return run();
    }
}

@RestController
public class TransferController {
    private TransferRequest current; // flag
    @PostMapping("/transfer")
    public Result transfer(@RequestBody TransferRequest r) {
        this.current = r;
        return validate();
    }
}

@Service
public class MacService {
    private final MessageDigest digest; // flag
    public MacService() throws Exception { this.digest = MessageDigest.getInstance("SHA-256"); }
    public byte[] hash(byte[] in) { return digest.digest(in); }
}

@Component
public class Crypto {
    private Cipher cipher; // flag
    @PostConstruct
    void init() throws Exception { cipher = Cipher.getInstance("AES/GCM/NoPadding"); }
    public byte[] seal(byte[] in) throws Exception { return cipher.doFinal(in); }
}

@Controller
public class LoginController {
    private User user; // flag
    @GetMapping("/login")
    public String login(HttpServletRequest req) {
        user = users.find(req.getParameter("u"));
        return "home";
    }
}

@Service
public class Marshal {
    private final Marshaller marshaller; // flag
    public Marshal(JAXBContext ctx) throws JAXBException { this.marshaller = ctx.createMarshaller(); }
    public void write(Object o, Writer w) throws JAXBException { marshaller.marshal(o, w); }
}

@Service
public class Xml {
    private final DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder(); // flag
    public Document parse(InputStream in) throws Exception { return builder.parse(in); }
}

@Slf4j
@Service("kehuService")
public class KeHuService {
    private KeHu dangQianKeHu; // flag
    public void chuLi(String id) {
        dangQianKeHu = mapper.cha(id);
        jiSuan();
    }
}

public enum Holder {
    INSTANCE;
    private final DecimalFormat df = new DecimalFormat("0.00"); // flag
    public String fmt(BigDecimal b) { return df.format(b); }
}

public class Quotes {
    private static final Map<String, BigDecimal> RATES;  // flag
    static { RATES = new HashMap<>(); }
    public static void update(String p, BigDecimal r) { RATES.put(p, r); }
}

@WebServlet("/pay")
public class PayServlet extends HttpServlet {
    private String orderId; // flag
    protected void doPost(HttpServletRequest req, HttpServletResponse resp) {
        orderId = req.getParameter("order");
        pay();
    }
}

@Service
public class SumService {
    private BigDecimal total = BigDecimal.ZERO; // flag
    public BigDecimal sum(List<Posting> ps) {
        total = BigDecimal.ZERO;
        ps.forEach(p -> total = total.add(p.amount()));
        return total;
    }
}

@Service
@RequiredArgsConstructor
public class ImportJob {
    private final EntryRepository entries;
    private List<String> errors = new ArrayList<>(); // flag
    public List<String> run(List<Row> rows) {
        for (Row r : rows) { if (!r.valid()) errors.add(r.id()); }
        return errors;
    }
}

@Service
public class A {
    private final Map<String, BigDecimal> cache = new ConcurrentHashMap<>();
    public BigDecimal fee(String p) { return cache.computeIfAbsent(p, this::load); } // near: made for threads
}

@Service
@Scope("prototype")
public class B {
    private Long batchId;
    public void run(Long id) { batchId = id; go(); } // near: one object for each use
}

@Service
public class D {
    private final AtomicLong seq = new AtomicLong();
    private volatile Config config;
    public long next() { return seq.incrementAndGet(); } // near: made for threads, or written whole by one
    @Scheduled(fixedDelay = 1000)
    void reload() { config = loader.load(); }
}

public class E {
    private Long id;
    private String name;
    public void rename(String n) { this.name = n; } // near: an object of its own
}

@Service
public class F {
    private int count;
    public synchronized int next() { return ++count; } // near: synchronized
}

@Component
public class G {
    private Map<String, Handler> handlers = new HashMap<>();
    public G(List<Handler> all) { all.forEach(h -> handlers.put(h.type(), h)); } // near: filled while it is made
    public Handler of(String t) { return handlers.get(t); }
}

public class H {
    private static final Map<String, String> CODES = new HashMap<>();
    static { CODES.put("A", "1"); }
    public static String code(String k) { return CODES.get(k); } // near: filled while it is loaded
}

@Service
public class J {
    private AccountRepository accounts;
    @Autowired
    public void setAccounts(AccountRepository a) { this.accounts = a; }
}

@Service
public class K {
    private final ThreadLocal<String> branch = new ThreadLocal<>();
    public void enter(String b) { branch.set(b); } // near: of each thread
}

@RequestScope
@Component
public class L {
    private String user;
    public void login(String u) { this.user = u; } // near: one for each request
}

public class StatementBuilder {
    private final List<Row> rows = new ArrayList<>();
    private BigDecimal total = BigDecimal.ZERO;
    public StatementBuilder add(Row r) { rows.add(r); total = total.add(r.amount()); return this; } // near: an object of its own
}

@Component
public class N implements CommandLineRunner {
    private List<Rule> rules = List.of();
    @Override
    public void run(String... args) { rules = List.copyOf(loader.load()); } // near: written while the program starts
}

@Service
public class O {
    private final Lock lock = new ReentrantLock();
    private long last;
    public long stamp() { // near: under a lock
        lock.lock();
        try { last = Math.max(last + 1, clock.millis()); return last; } finally { lock.unlock(); }
    }
}

@Component
public class P {
    public byte[] hash(byte[] in) throws Exception { // near: a local
        MessageDigest d = MessageDigest.getInstance("SHA-256");
        return d.digest(in);
    }
}
