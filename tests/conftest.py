"""What holds for every test that pytest runs.

Temporary folders lie in one of our own: pytest's common folder is closed to other users by every pytest that starts, which breaks tests that
become another user while a neighbour begins."""
import os
import shutil
import stat
import tempfile


def pytest_configure(config):
    if not config.option.basetemp:
        config.option.basetemp = config.lamina_temp = tempfile.mkdtemp(prefix="lamina-test-")


def pytest_unconfigure(config):
    folder = getattr(config, "lamina_temp", None)
    if not folder:
        return
    for path, _, _ in os.walk(folder):  # tests leave folders that nobody may write to
        os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
