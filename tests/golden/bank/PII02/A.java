@Data
@AllArgsConstructor
public class LoanApplicantVO {
    @ApiModelProperty("身份证号")
    private String identityNo; // flag
    @ApiModelProperty("手机号")
    @Pattern(regexp = "^1\\d{10}$")
    private String mobilePhone; // flag
    private String loanNo;
}

@Getter
@Setter
@ToString
public class DebitCard {
    private Long id;
    private String pan; // flag
    @ToString.Exclude
    private String cvc;
}

class Applicant {
    private String idNumber;
    @Override public String toString() { return "Applicant{idNumber=" + idNumber + "}"; } // flag
}

class Guarantor {
    @Override
    public String toString() {
        return new StringBuilder().append("Guarantor[").append(phone).append("]").toString(); // flag
    }
}

class Loan {
    @Override
    public String toString() {
        return "Loan{" +
            "no='" + loanNo + '\'' +
            ", amount=" + amount +
            '}';
    }
}

@Data
class MaskedVO {
    @JsonSerialize(using = PhoneMaskSerializer.class)
    private String phone;
    @SensitiveInfo(SensitiveType.ID_CARD)
    private String idCard;
}

@Data
@ToString(exclude = {"idCard", "phone"})
class Excl {
    private String idCard;
    private String phone;
}

@Entity
@Getter
class Ent {
    @Column(name = "id_card") private String idCard;
}

@Value
@Builder
class Imm {
    String bankCardNumber; // flag
    @ToString.Exclude String password;
}

class Wrapper {
    @Override
    public String toString() {
        return JSON.toJSONString(this);
    }
}
