DB = dict(user="core", passwd="Zq7!core-live")  # flag
OSS_ACCESS_KEY_ID = "LTAI5tQnXz8bKq3mWv7RpYs2"  # flag
WECHAT_APP_SECRET = "3f8a9c1d7e5b2046f9a1c3e5d7b90246"  # flag
conn = pymysql.connect(host="10.0.0.2", user="root", passwd="Root#4455", db="core")  # flag
ssh.connect("10.0.0.3", username="deploy", password="D3ploy!2024")  # flag
ENCRYPT_KEY = b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10"  # flag
bearer = {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjb3JlIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}  # flag
pwd = "Abc12345!"  # flag
SLACK = "https://hooks.slack.com/services/T00000000/B00000000/a8Kd72mzQp10VbYt5nq0vV3h"  # flag
if user.password == "Admin@123":  # flag
    pass
passwd = ""
PASSWORD = None
password_hash = get_hash()
KEY_NAME = "customer_key"
token_type = "bearer"
API_KEY_HEADER = "X-API-KEY"
secret = config["jwt"]["secret"]
password = "${DB_PASSWORD}"
password_hint = "请输入6-16位密码"
SECRET_PATH = "/run/secrets/db_password"
auth_type = "password"
