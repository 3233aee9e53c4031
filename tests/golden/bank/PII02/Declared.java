import java.util.List;

class KundeDTO {
    private String name;
    private String ausweisNummer; // flag

    public String getAusweisNummer() {
        return ausweisNummer;
    }
}

class LoginDTO {
    private String user;
    private String password; // near: of a request
}

class OpenAccountReqDTO {
    private String idCardNo; // near: of a request
}

class MaskedDTO {
    @JsonSerialize(using = Masked.class)
    private String mobile; // near: masked when it is written
}

class Declared {
    @GetMapping("/c/{id}")
    CustomerInfo get(@PathVariable Long id) {
        Customer c = service.get(id);
        CustomerInfo dto = new CustomerInfo();
        dto.setPhone(c.getPhone()); // flag
        return dto;
    }

    @GetMapping("/m/{id}")
    CustomerInfo masked(@PathVariable Long id) {
        CustomerInfo dto = new CustomerInfo();
        dto.setPhone(Masks.phone(service.get(id).getPhone())); // near: masked
        return dto;
    }

    void stored(Customer c) {
        CustomerInfo dto = new CustomerInfo();
        dto.setPhone(c.getPhone()); // near: no answer
        repository.save(dto);
    }
}
