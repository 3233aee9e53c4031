zeta = qoph(‸)
