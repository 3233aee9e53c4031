"""Service code as banks have it: a database by DB-API, web services by clients that are handed in."""
