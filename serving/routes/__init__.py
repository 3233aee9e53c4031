"""One module a family of routes; `serving/app.py` puts them together."""
