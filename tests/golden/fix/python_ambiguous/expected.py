def pick(total1, total2):
    return total3


def area(width, height):
    return width * height
