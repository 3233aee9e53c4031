import os
import hvac
from cryptography.fernet import Fernet

MYSQL = {"host": "10.1.2.3", "user": "pay", "password": "Pay@2023!prod"}  # flag
SQLALCHEMY_DATABASE_URI = "mysql+pymysql://pay:Pay_2023_x9@10.1.2.3/pay"  # flag
app.config["SECRET_KEY"] = "b7f3e0c5a1d94f6e8b2c7d5e9f1a3b4c"  # flag
ALIYUN_ACCESS_KEY_SECRET = "hY7dKq2LmN8pRs5tUv3wXy6zAb1cDe"  # flag
client = SmsClient(app_id="14000001", app_key="e6b1d2f3a4c5968778695a4b3c2d1e0f")  # flag
f = Fernet(b"3Yt5nq0vV3h1gk8mYw0bq0r8r2mJc6s2Pz4Wn0cXl5E=")  # flag
smtp.login("ops@bank.example", "Mail#9981pwd")  # flag
GITHUB_TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"  # flag
redis.Redis(host="r", password="rds!Prod2024")  # flag
signing_key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"  # flag
db_password = os.getenv("DB_PASSWORD", "")
token = vault.read("secret/data/pay")["data"]["token"]
PASSWORD_MIN_LENGTH = 12
PASSWORD_RESET_URL = "/account/password/reset"
password_label = "请输入密码"
API_KEY = os.environ.get("API_KEY")
token_url = "https://auth.bank.example/oauth/token"
secret_name = "prod/pay/db"
password = getpass.getpass("Password: ")
EXAMPLE_PASSWORD = "xxxxxxxx"
