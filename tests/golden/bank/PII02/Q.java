@Data
@TableName("t_cust")
class CustDO {
    @TableId private Long id;
    private String sfzh; // flag
    /** phone */
    @TableField("mobile")
    private String mobile; // flag
}

@ToString(callSuper = true)
class PayReq extends Base {
    private String cardNumber; // flag
    private String orderNo;
}

@lombok.Data
class L {
    private String passportNo; // flag
}

public record TransferDTO(String fromCardNo, BigDecimal amount) {} // flag

class M {
    public String toString() {
        return "M{idCard=" + this.idCard + "}"; // flag
    }
}

class N {
    @Override
    public String toString() {
        return ToStringBuilder.reflectionToString(this);
    }
}

class O {
    @Override
    public String toString() {
        return new ToStringBuilder(this).append("phone", phone).toString(); // flag
    }
}

class QueryResponse {
    private String name;
    private String idNo; // flag
    public String getIdNo() { return idNo; }
}

@RestController
class K {
    @GetMapping
    ApiResponse<?> k() {
        return ApiResponse.ok(Map.of("mobile", cust.getMobile())); // flag
    }
}

@Data
class N1 {
    @JsonIgnore @ToString.Exclude private String idCard;
}

@Data
class N2 {
    @Mask private String mobile;
    private String cardTypeName;
    private LocalDate idCardExpiry;
}

@ToString(of = {"id"})
class N3 {
    private Long id;
    private String cardNo;
}

@Getter
class N4 {
    private String cvv;
}

class N5 {
    public String toString() {
        return "N5{card=****" + cardNo.substring(12) + "}";
    }
}

@Data
class N6 {
    private static final String PHONE = "phone";
    private Boolean idCardVerified;
    private int phoneCount;
}

enum N7 {
    MOBILE, PHONE;
}

record N8(String maskedCardNo, String orderNo) {}
