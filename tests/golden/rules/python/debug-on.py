from flask import Flask

app = Flask(__name__)
app.debug = True  # flag
app.run(debug=True)  # flag
app.run(debug=False)
