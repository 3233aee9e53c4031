record Money(long cents, String currency) {
}
