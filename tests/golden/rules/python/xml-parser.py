from flask import request
from lxml import etree
from xml.dom import minidom


def bad():
    etree.fromstring(request.data)  # flag
    minidom.parseString(request.data)  # flag


def good(path):
    etree.parse("schema.xml")
    minidom.parse(path)
