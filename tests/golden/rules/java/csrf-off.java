class Sample {
    void both(HttpSecurity http) throws Exception {
        http.csrf().disable();  // flag
        http.cors().disable();
    }
}
