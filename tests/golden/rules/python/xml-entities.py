from lxml import etree


def bad():
    etree.XMLParser(resolve_entities=True)  # flag
    return etree.XMLParser(no_network=False)  # flag


def good():
    etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.XMLParser()
