"""Reading and writing text."""


def parse_amount(text):
    """Cents of an amount such as 1,234.50 or -7; None for anything else."""
    text = text.strip()
    negative = text.startswith("-")
    if negative:
        text = text[1:]
    whole, _, fraction = text.partition(".")
    whole = whole.replace(",", "")
    if not whole.isdigit() or len(fraction) > 2 or (fraction and not fraction.isdigit()):
        return None
    cents = int(whole) * 100 + int(fraction.ljust(2, "0") or 0)
    return -cents if negative else cents


def format_amount(cents):
    """Cents as text with groups of three digits."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    digits = str(whole)
    groups = []
    while len(digits) > 3:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    groups.insert(0, digits)
    return f"{sign}{','.join(groups)}.{rest:02d}"


def masked(number, shown):
    """All but the last characters as stars."""
    if len(number) <= shown:
        return number
    return "*" * (len(number) - shown) + number[-shown:]


def parse_pairs(text):
    """`a=1; b=2` as a dictionary; the last of two wins, what has no sign is true."""
    pairs = {}
    for piece in text.split(";"):
        piece = piece.strip()
        if not piece:
            continue
        key, sign, value = piece.partition("=")
        pairs[key.strip()] = value.strip() if sign else True
    return pairs


def balanced(text):
    """Whether brackets match."""
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for letter in text:
        if letter in "([{":
            stack.append(letter)
        elif letter in pairs:
            if not stack or stack.pop() != pairs[letter]:
                return False
    return not stack


def wrapped(text, width):
    """Words in lines no longer than a width where they fit."""
    lines = []
    current = ""
    for word in text.split():
        if current and len(current) + 1 + len(word) > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    if current:
        lines.append(current)
    return lines


def run_lengths(text):
    """Runs of the same letter as (letter, length)."""
    runs = []
    for letter in text:
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
        else:
            runs.append((letter, 1))
    return runs


def csv_fields(line):
    """Fields of one line, quotes doubled inside quotes."""
    fields = []
    current = ""
    quoted = False
    index = 0
    while index < len(line):
        letter = line[index]
        if quoted:
            if letter == '"':
                if line[index + 1 : index + 2] == '"':
                    current += '"'
                    index += 1
                else:
                    quoted = False
            else:
                current += letter
        elif letter == '"':
            quoted = True
        elif letter == ",":
            fields.append(current)
            current = ""
        else:
            current += letter
        index += 1
    fields.append(current)
    return fields


def snake(name):
    """camelCase as snake_case."""
    result = ""
    for index, letter in enumerate(name):
        if letter.isupper() and index > 0 and not name[index - 1].isupper():
            result += "_"
        result += letter.lower()
    return result


def initials(name):
    """First letters of a name's parts, each with a dot."""
    return "".join(part[0].upper() + "." for part in name.replace("-", " ").split())


def common_prefix(texts):
    """The longest beginning that all texts share."""
    if not texts:
        return ""
    shortest = min(texts, key=len)
    for index, letter in enumerate(shortest):
        for text in texts:
            if text[index] != letter:
                return shortest[:index]
    return shortest


def roman(number):
    """A number in Roman letters."""
    signs = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ]
    result = ""
    for value, sign in signs:
        while number >= value:
            result += sign
            number -= value
    return result


def evaluated(tokens):
    """The value of an expression in reverse Polish order."""
    stack = []
    for token in tokens:
        if token in ("+", "-", "*", "/"):
            right = stack.pop()
            left = stack.pop()
            if token == "+":
                stack.append(left + right)
            elif token == "-":
                stack.append(left - right)
            elif token == "*":
                stack.append(left * right)
            else:
                stack.append(left / right)
        else:
            stack.append(float(token))
    return stack[0]


def is_palindrome(text):
    """Whether letters and digits read the same from both ends."""
    kept = [letter.lower() for letter in text if letter.isalnum()]
    return kept == kept[::-1]


def vowels(word):
    """How many vowels; y only at the end."""
    word = word.lower()
    count = sum(letter in "aeiou" for letter in word)
    if word.endswith("y"):
        count += 1
    return count
