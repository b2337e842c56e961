# Makefile: the short names of what there is to do. Meson builds (meson.build); everything longer is a script in tools/.
BUILD ?= build
TESTS ?=
MESON_FLAGS ?=
NINJA = ninja -C
# The suites of TESTS alone, else all but those that take long or ask the network.
SUITES = $(if $(TESTS),$(addprefix --suite ,$(TESTS)),--no-suite large --no-suite network)
# The tests' own Python, once `make setup-test` has made it.
VENV = $(if $(wildcard $(BUILD)/venv/bin/python3),-Dpython=$(abspath $(BUILD))/venv/bin/python3)

.PHONY: all setup setup-test build run test test-large bench asan fuzz coverage format lint install clean

all: build

# Installs what the build needs (Debian packages; asks for nothing else).
setup:
	tools/setup build

setup-test:
	BUILD=$(abspath $(BUILD)) tools/setup test

$(BUILD)/build.ninja:
	meson setup $(BUILD) -Dbuildtype=release -Dtests=false $(MESON_FLAGS)

build: $(BUILD)/build.ninja
	$(NINJA) $(BUILD)

# A first run on a fresh machine: installs, builds, and builds examples/fastapi.
run: setup
	$(MAKE) build
	tools/run-example $(BUILD)

# Everything that CI runs. TESTS="unit zip" runs those suites alone.
test: setup-test
	tools/test $(BUILD) $(TESTS)

test-large: setup-test
	tools/test --large $(BUILD)

bench: setup-test
	$(MAKE) build
	bench/run $(BUILD)
	bench/resolve $(BUILD)
	bench/private $(BUILD)
	! command -v go >/dev/null || bench/zip $(BUILD)
	! command -v go >/dev/null || bench/go $(BUILD)

# The tests under AddressSanitizer and UndefinedBehaviorSanitizer.
asan: setup-test
	test -f build-asan/build.ninja || meson setup build-asan -Dbuildtype=debugoptimized -Db_sanitize=address,undefined $(VENV)
	$(NINJA) build-asan
	meson test -C build-asan --no-rebuild --print-errorlogs --timeout-multiplier 4 $(SUITES)

# Every fuzz target for SECONDS each (needs clang).
fuzz:
	tools/fuzz $(or $(SECONDS),60)

# The report is printed, and kept in build-coverage/meson-logs/coverage.txt. Failed tests do not keep it back.
coverage: setup-test
	test -f build-coverage/build.ninja || meson setup build-coverage -Dbuildtype=debug -Db_coverage=true $(VENV)
	$(NINJA) build-coverage
	-meson test -C build-coverage --no-rebuild --print-errorlogs --timeout-multiplier 2 $(SUITES)
	$(NINJA) build-coverage coverage-text
	cat build-coverage/meson-logs/coverage.txt

format:
	find src tests fuzz -name '*.[ch]' -exec clang-format-14 -i {} +

# As tools/test does it.
lint:
	tools/test --lint

# DESTDIR=FOLDER installs below it, for packages; PREFIX=/usr instead of /usr/local.
install: build
	$(if $(PREFIX),meson configure $(BUILD) --prefix $(abspath $(PREFIX)))
	meson install -C $(BUILD) $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

clean:
	rm -rf $(BUILD) build-asan build-clang build-coverage build-fuzz
