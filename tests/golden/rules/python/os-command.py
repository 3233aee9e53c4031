import os
import subprocess


def bad(name, host):
    os.system("rm -f " + name)  # flag
    os.popen(f"ping {host}")  # flag
    command = "ls %s" % name
    subprocess.getoutput(command)  # flag


def good(name):
    os.system("clear")
    os.unlink(name)
    folder = "/var/log"
    os.system(f"ls {folder}")
