import ssl


def bad(context):
    ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # flag
    context.minimum_version = ssl.TLSVersion.TLSv1  # flag


def good(context):
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
