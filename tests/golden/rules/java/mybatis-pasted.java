interface Sample {
    @Select("SELECT * FROM account ORDER BY ${order}")  // flag
    List<Account> bad(String order);

    @Select("SELECT * FROM account WHERE number = '${number}'")  // flag
    List<Account> pasted(String number);

    @Select("SELECT * FROM account WHERE number = #{number}")
    List<Account> good(String number);

    @Value("${bank.name}")
    String name();
}
