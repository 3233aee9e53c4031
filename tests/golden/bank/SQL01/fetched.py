"""Rows fetched with no `execute` in the file."""


async def loans(conn, customer_id):
    query = f"SELECT * FROM loan WHERE customer_id = {customer_id}"
    return await conn.fetch(query)  # flag


async def loan(conn, number):
    return await conn.fetchrow("SELECT * FROM loan WHERE number = '" + number + "'")  # flag


async def bound(conn, customer_id):
    return await conn.fetch("SELECT * FROM loan WHERE customer_id = $1", customer_id)  # near: bound
