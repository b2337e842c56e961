"""Runs the probe (store_probe.c); STORE_PROBE names it.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess

PROBE = os.environ["STORE_PROBE"]


def run(*arguments, **options):
    """(exit status, lines of stdout)"""
    done = subprocess.run([PROBE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                          timeout=120, **options)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def start(*arguments, **options):
    return subprocess.Popen([PROBE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
