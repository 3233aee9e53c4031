import os

‸
