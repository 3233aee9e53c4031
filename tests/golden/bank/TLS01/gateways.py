"""Switched off by a constant of the class."""

class Gateway:
    VERIFY_TLS = False
    def post(self, url, body):
        return requests.post(url, json=body, verify=self.VERIFY_TLS)  # flag


class CoreGateway:
    VERIFY_TLS = True
    def post(self, url, body):  # near: left on
        return requests.post(url, json=body, verify=self.VERIFY_TLS)
