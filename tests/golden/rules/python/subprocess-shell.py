import subprocess
from subprocess import check_output


def bad(name):
    subprocess.run(f"ls {name}", shell=True)  # flag
    subprocess.Popen("grep x " + name, shell=True, text=True)  # flag
    check_output("cat %s" % name, shell=True)  # flag
    subprocess.run(["sh", "-c", "ls " + name])  # flag


def good(name):
    subprocess.run(["ls", name])
    subprocess.run("ls -l | wc -l", shell=True)
    subprocess.run(f"ls {name}".split(), shell=False)
