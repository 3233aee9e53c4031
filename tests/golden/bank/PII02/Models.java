package com.bank.customer;

import lombok.Data;
import lombok.ToString;

@Data
class CustomerDTO {
    private Long id;
    private String name;
    private String idCard; // flag
    @NotBlank
    private String mobile; // flag
}

@ToString
@Getter
class BankCard {
    private String cardNo; // flag
    private String cvv; // flag
}

@Getter
@Setter
class AccountVO {
    private String accountName;
    private String phone; // flag
}

record Payer(Long id,
    String name,
    String idCardNo) { // flag
}

class Customer {
    private String idCard;

    @Override
    public String toString() {
        return "Customer{idCard='" + idCard + "'}"; // flag
    }
}

class Login {
    private String password;

    public String toString() {
        return new StringJoiner(", ").add("password=" + password).toString(); // flag
    }
}

@RestController
class CustomerController {
    @GetMapping("/{id}")
    ResponseEntity<?> read(@PathVariable Long id) {
        Customer customer = service.find(id);
        return ResponseEntity.ok(Map.of("name", customer.getName(), "idCard", customer.getIdCard())); // flag
    }

    @GetMapping("/detail")
    Result<CustomerVo> detail(Long id) {
        Customer customer = service.find(id);
        CustomerVo vo = new CustomerVo();
        vo.setPhone(customer.getPhone()); // flag
        return Result.ok(vo);
    }

    @GetMapping("/masked")
    Result<CustomerVo> masked(Long id) {
        Customer customer = service.find(id);
        CustomerVo vo = new CustomerVo();
        vo.setPhone(DesensitizedUtil.mobilePhone(customer.getPhone())); // near: masked
        return Result.ok(vo);
    }
}

@Data
class ExcludedDTO {
    @ToString.Exclude
    private String idCard; // near: left out
}

@Data
@ToString(exclude = {"password", "cvv"})
class ListedDTO {
    private String password; // near: left out by the class
    private String cvv;
}

@Data
class MarkedVO {
    @Sensitive(type = SensitiveType.MOBILE)
    private String phone; // near: masked when it is written
}

@Data
class Facts {
    private Boolean phoneVerified; // near: a fact
    private String cardType;
    private String maskedCardNo;
}

@Getter
@Setter
class LoginEntity {
    private String password; // near: no text is made
}

class OwnText {
    private String idCard;

    @Override
    public String toString() {
        return "OwnText{idCard='" + MaskUtil.idCard(idCard) + "'}"; // near: masked
    }
}

record OwnRecord(String idCard) { // near: its own text
    @Override
    public String toString() {
        return "OwnRecord[]";
    }
}

@ToString(onlyExplicitlyIncluded = true)
class Chosen {
    @ToString.Include
    private Long id;
    private String mobile; // near: not chosen
}
