package com.bank.scoring;

class Scoring {
    private static final String[] FEATURES = {"income", "debt", "ethnicity"}; // flag
    private static final Set<String> EXCLUDED = Set.of("gender", "religion"); // near: what must not be used

    int creditScore(Applicant applicant) {
        int score = 600;
        if ("F".equals(applicant.getGender())) { // flag
            score -= 20;
        }
        return score;
    }

    boolean approve(Application application) {
        if (!application.getNationality().equals("CN")) { // flag
            return false;
        }
        return application.getIncome() > 5000;
    }

    BigDecimal interestRate(Customer customer) {
        BigDecimal rate = customer.isMarried() ? LOW : HIGH; // flag
        return rate;
    }

    void adjust(Customer customer) {
        switch (customer.getReligion()) { // flag
            case "A" -> customer.setCreditLimit(10);
            default -> customer.setCreditLimit(20);
        }
    }

    void limit(Customer customer) {
        if (customer.getAge() > 55) { // flag
            customer.setCreditLimit(BigDecimal.TEN);
        }
    }

    boolean isEligible(Applicant applicant) {
        return applicant.getIncome() > 5000 && !"divorced".equals(applicant.getMaritalStatus()); // flag
    }

    void weigh(Applicant applicant, Map<String, Integer> weights) {
        int riskPoints = weights.getOrDefault(applicant.getNativePlace(), 0); // flag
        applicant.add(riskPoints);
    }

    void features(Applicant applicant, Map<String, Object> features) {
        features.put("income", applicant.getIncome());
        features.put("gender", applicant.getGender()); // flag
    }

    BigDecimal quotePrice(Customer customer) {
        return pricing.calculatePrice(customer.getIncome(), customer.getRegion()); // flag
    }

    List<Applicant> approved(List<Applicant> applicants) {
        return applicants.stream().filter(a -> "M".equals(a.getGender())).toList(); // flag
    }

    int scoreByRecord(Applicant applicant) {
        if (applicant.getOverdueCount() > 3) { // near: what was paid
            return 500;
        }
        return 650;
    }

    String salutation(Customer customer) {
        return "M".equals(customer.getGender()) ? "Mr" : "Ms"; // near: a form of address
    }

    void validate(Application application) {
        if (application.getGender() == null) { // near: a check of the form
            throw new IllegalArgumentException("gender");
        }
    }

    boolean loanAllowed(Applicant applicant) {
        if (applicant.getAge() < 18) { // near: the age of legal capacity
            return false;
        }
        return applicant.getIncome() > 5000;
    }

    boolean isSanctioned(Customer customer) {
        return sanctioned.contains(customer.getNationality()); // near: the law asks for it
    }

    BigDecimal loanRate(Loan loan) {
        if (loan.getAccountAge() > 5) { // near: how long an account is held
            return LOW;
        }
        return HIGH;
    }

    Map<String, Long> fairnessReport(List<Decision> decisions) {
        return decisions.stream().collect(groupingBy(Decision::getGender, counting())); // near: shows that decisions are fair
    }

    void copy(Applicant from, Applicant to) {
        to.setGender(from.getGender()); // near: nothing hangs on it
        log.info("age {}", from.getAge()); // near: nothing hangs on it
    }
}

class InsurancePremium {
    BigDecimal premium(Person person) {
        return switch (person.getReligion()) { // flag
            case "A" -> HIGH;
            default -> NORMAL;
        };
    }

    String title(Person person) {
        return switch (person.getGender()) { // near: a form of address
            case "F" -> "Ms";
            default -> "Mr";
        };
    }
}
