def greet(name, branch):
    """Greet a client."""
    text = "Dear " + name
    return text


def farewell(name):
    """Say goodbye."""
    print("Goodbye, + name")
    return name.replace('_', " ")
