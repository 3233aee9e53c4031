"""The bank's side: the gateway in front of the model. Empty until the gateway lands; the name and its import contract are fixed."""
