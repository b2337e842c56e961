"""An oracle that is not installed is a skipped test for meson (status 77), not a failed one.

SPDX-License-Identifier: Apache-2.0
"""


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == 5:  # nothing was collected
        session.exitstatus = 77
