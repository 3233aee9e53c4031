"""The bank's side: the gateway between developers and the model, and the supervisor of the model's engine.

The only importer of FastAPI. vLLM is started or attached to over HTTP, never imported.
"""
