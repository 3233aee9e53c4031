@Data
@Builder
@NoArgsConstructor
public class CustomerInfo implements Serializable {
    private static final long serialVersionUID = 1L;
    private Long id;
    private String certNo; // flag
    private String phoneNumber; // flag
    private BigDecimal balance;
}

@Data
@EqualsAndHashCode(callSuper = true)
class CardResp extends BaseResp {
    private String bankCardNo; // flag
    private String cardType;
}

@Value
class PayCommand {
    String orderId;
    String cvv; // flag
}

record CustomerView(String name, String mobile) {} // flag

class UserEntity {
    private String name;
    private String password;
    @Override
    public String toString() {
        return "UserEntity{" + "name='" + name + '\'' + ", password='" + password + '\'' + '}'; // flag
    }
}

class Person {
    private String idCard;
    @Override
    public String toString() {
        StringBuilder sb = new StringBuilder("Person[");
        sb.append("idCard=").append(idCard);
        sb.append("]");
        return sb.toString(); // flag
    }
}

class Client {
    @Override
    public String toString() {
        return MoreObjects.toStringHelper(this).add("id", id).add("phone", phone).toString(); // flag
    }
}

class Agent {
    @Override
    public String toString() {
        return String.format("Agent[%s, %s]", name, getIdCardNo()); // flag
    }
}

@RestController
class Ctl {
    @GetMapping("/c")
    public Result<Map<String, Object>> c(Long id) {
        Map<String, Object> data = new HashMap<>();
        data.put("idCard", customer.getIdCard()); // flag
        return Result.success(data);
    }

    @GetMapping("/b")
    public CustomerResponse b(Long id) {
        return CustomerResponse.builder().name(c.getName()).phone(c.getPhone()).build(); // flag
    }
}

@Data
class Ok1 {
    @ToString.Exclude
    @JsonSerialize(using = IdCardSerializer.class)
    private String idCard;
    private String name;
}

@Data
@ToString(exclude = "phone")
class Ok2 {
    private String phone;
}

@Getter
@Setter
@Entity
class Ok3 {
    private String idCard;
}

@Data
class Ok4 {
    @Desensitize(type = DesensitizeType.PHONE)
    private String phone;
    private String cardStatus;
    private boolean hasPassword;
}

class Ok5 {
    @Override
    public String toString() {
        return "Ok5{id=" + id + ", phone=" + MaskUtils.phone(phone) + "}";
    }
}

@Data
class Ok6 {
    private String phoneMasked;
    private String idCardTail;
    private Integer cardCount;
}

record Ok7(Long id, String name) {}

class Ok8VO {
    @JsonIgnore
    private String password;
}
