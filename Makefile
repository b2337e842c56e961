# Makefile: the short names of what there is to do. Meson builds (meson.build); everything longer is a script in tools/.
BUILD ?= build
TESTS ?=
MESON_FLAGS ?=
NINJA = ninja -C
PYTHON ?= python3

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

# The tests under AddressSanitizer and UndefinedBehaviorSanitizer.
asan:
	test -f build-asan/build.ninja || meson setup build-asan -Dbuildtype=debugoptimized -Db_sanitize=address,undefined
	$(NINJA) build-asan
	meson test -C build-asan --print-errorlogs $(TESTS)

# Every fuzz target for SECONDS each (needs clang).
fuzz:
	tools/fuzz $(or $(SECONDS),60)

coverage:
	test -f build-coverage/build.ninja || meson setup build-coverage -Dbuildtype=debug -Db_coverage=true
	$(NINJA) build-coverage
	meson test -C build-coverage --print-errorlogs
	$(NINJA) build-coverage coverage-text

format:
	find src tests fuzz -name '*.[ch]' -exec clang-format-14 -i {} +

lint:
	tools/check-includes
	find src tests fuzz -name '*.[ch]' -exec clang-format-14 --dry-run -Werror {} +

install: build
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) build-asan build-clang build-coverage build-fuzz
