x = {
    key(1):‸
}
