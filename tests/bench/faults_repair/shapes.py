"""Lists, searching, graphs."""

from collections import deque


def bisected(values, wanted):
    """The index of a value in a sorted list, -1 when it is not there."""
    low, high = 0, len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        if values[middle] == wanted:
            return middle
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


def merged(one, other):
    """Two sorted lists as one."""
    result = []
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] <= other[j]:
            result.append(one[i])
            i += 1
        else:
            result.append(other[j])
            j += 1
    return result + one[i:] + other[j:]


def insertion_sorted(values):
    """A sorted copy."""
    result = list(values)
    for index in range(1, len(result)):
        value = result[index]
        place = index
        while place > 0 and result[place - 1] > value:
            result[place] = result[place - 1]
            place -= 1
        result[place] = value
    return result


def distances(graph, start):
    """Steps from a node to each that can be reached."""
    found = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in graph.get(node, []):
            if other not in found:
                found[other] = found[node] + 1
                queue.append(other)
    return found


def ordered(dependencies):
    """Names in an order in which each stands behind those it needs; None when there is a circle."""
    done = []
    pending = dict(dependencies)
    while pending:
        ready = sorted(name for name, needs in pending.items() if all(need in done for need in needs))
        if not ready:
            return None
        for name in ready:
            done.append(name)
            del pending[name]
    return done


def components(edges, count):
    """How many groups of connected nodes there are."""
    parent = list(range(count))

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    groups = count
    for one, other in edges:
        a, b = root(one), root(other)
        if a != b:
            parent[a] = b
            groups -= 1
    return groups


def best_run(values):
    """The greatest sum of neighbours; 0 for none."""
    best = 0
    current = 0
    for value in values:
        current = max(0, current + value)
        best = max(best, current)
    return best


def chunks(values, size):
    """Pieces of a size, the last one shorter."""
    return [values[start : start + size] for start in range(0, len(values), size)]


def flattened(values):
    """A nested list without its inner brackets."""
    result = []
    for value in values:
        if isinstance(value, list):
            result.extend(flattened(value))
        else:
            result.append(value)
    return result


def second_largest(values):
    """The second of the different values, None when there are fewer than two."""
    different = sorted(set(values), reverse=True)
    if len(different) < 2:
        return None
    return different[1]


def transposed(rows):
    """Columns as rows."""
    if not rows:
        return []
    return [[row[column] for row in rows] for column in range(len(rows[0]))]


def window_sums(values, width):
    """Sums of each run of so many neighbours."""
    if width <= 0 or width > len(values):
        return []
    current = sum(values[:width])
    sums = [current]
    for index in range(width, len(values)):
        current += values[index] - values[index - width]
        sums.append(current)
    return sums


def longest_rise(values):
    """The length of the longest strictly rising subsequence."""
    lengths = []
    for index, value in enumerate(values):
        best = 0
        for before in range(index):
            if values[before] < value:
                best = max(best, lengths[before])
        lengths.append(best + 1)
    return max(lengths, default=0)


def coins(amount, values):
    """The fewest coins for an amount, -1 when it cannot be paid."""
    fewest = [0] + [None] * amount
    for part in range(1, amount + 1):
        for value in values:
            if value <= part and fewest[part - value] is not None:
                count = fewest[part - value] + 1
                if fewest[part] is None or count < fewest[part]:
                    fewest[part] = count
    return -1 if fewest[amount] is None else fewest[amount]


def edit_distance(one, other):
    """Fewest letters to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before = row
        row = [i]
        for j, b in enumerate(other, 1):
            cost = 0 if a == b else 1
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + cost))
    return row[-1]


def gaps(spans):
    """What lies between spans (start, end)."""
    found = []
    end = None
    for start, stop in sorted(spans):
        if end is not None and start > end:
            found.append((end, start))
        end = stop if end is None else max(end, stop)
    return found


def rotated(values, count):
    """The list turned left by so many places."""
    if not values:
        return []
    count %= len(values)
    return values[count:] + values[:count]


def primes(limit):
    """Primes below a limit."""
    sieve = [True] * limit
    found = []
    for number in range(2, limit):
        if sieve[number]:
            found.append(number)
            for multiple in range(number * number, limit, number):
                sieve[multiple] = False
    return found


def factors(number):
    """Prime factors in rising order."""
    found = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
        divisor += 1
    if number > 1:
        found.append(number)
    return found


def in_base(number, base):
    """A number's digits in a base, as text."""
    if number == 0:
        return "0"
    digits = ""
    while number > 0:
        number, rest = divmod(number, base)
        digits = "0123456789abcdef"[rest] + digits
    return digits


def median(values):
    """The middle of the values, between two the mean."""
    ordered_values = sorted(values)
    middle = len(ordered_values) // 2
    if len(ordered_values) % 2 == 1:
        return ordered_values[middle]
    return (ordered_values[middle - 1] + ordered_values[middle]) / 2


def deepest(text):
    """How deep round brackets go; -1 when they do not match."""
    depth = most = 0
    for letter in text:
        if letter == "(":
            depth += 1
            most = max(most, depth)
        elif letter == ")":
            depth -= 1
            if depth < 0:
                return -1
    return most if depth == 0 else -1


def grouped(rows, key):
    """Rows by the value of a key, in order."""
    groups = {}
    for row in rows:
        groups.setdefault(row.get(key), []).append(row)
    return groups


def collatz(number):
    """Steps until one is reached."""
    steps = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


def power(base, exponent):
    """A whole power by squaring."""
    result = 1
    while exponent > 0:
        if exponent % 2 == 1:
            result *= base
        base *= base
        exponent //= 2
    return result
