"""Finds or installs what a Spark needs: Java 17 or later, and pyspark in a folder of its own."""
import os
import re
import shutil
import subprocess
import sys

VERSION = "4.3.0"
PACKAGES = [f"pyspark=={VERSION}", "pyarrow", "pandas<3"]  # the last two for the job with DataFrames
JAVA = "openjdk-17-jre-headless"


def say(text):
    print(text, flush=True)


def java():
    """The release of Java that there is; 0 for none."""
    try:
        said = subprocess.run(["java", "-version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def install_java():
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"installing the package {JAVA} with apt-get, for tests that run plumb on Spark (SETUP=no skips them)")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
    subprocess.run(["apt-get", "-qq", "update"], **quiet)
    return subprocess.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", JAVA], **quiet).returncode == 0


def works(python):
    """Reports whether pyspark of the right version is there."""
    check = f"import pyspark, sys; sys.exit(pyspark.__version__ != '{VERSION}')"
    return os.path.exists(python) and subprocess.run([python, "-c", check], stderr=subprocess.DEVNULL).returncode == 0


def prepare(install):
    """Returns the environment of a Spark; None if it cannot be had, and then it has said why."""
    if java() < 17 and not (install and install_java() and java() >= 17):
        say(f"skipped: there is no Java 17 or later, and {'it cannot be installed' if install else 'SETUP=no installs nothing'}: nothing is run on Spark")
        return None
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "plumb", f"pyspark-{VERSION}")
    python = os.path.join(cache, "bin", "python")
    if not works(python):
        if not install:
            say("skipped: pyspark is not installed, and SETUP=no installs nothing: nothing is run on Spark")
            return None
        say(f"installing {', '.join(PACKAGES)} with pip in {cache}, for tests that run plumb on Spark (SETUP=no skips them)")
        made = subprocess.run([sys.executable, "-m", "venv", cache]).returncode == 0
        if not made or subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES]).returncode != 0 or not works(python):
            say("skipped: pyspark cannot be installed: nothing is run on Spark")
            return None
    found = {"PATH": os.path.join(cache, "bin") + os.pathsep + os.environ["PATH"], "PYSPARK_PYTHON": python, "PYSPARK_DRIVER_PYTHON": python}
    if subprocess.run([python, "-c", "import pyarrow, pandas"], stderr=subprocess.DEVNULL).returncode == 0:
        found["arrow"] = "yes"
    else:
        say(f"skipped: {cache} has no pyarrow or pandas: the job with DataFrames is not run")
    return found
