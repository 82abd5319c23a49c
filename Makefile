# The front door. Meson does the building; this only makes sure that what it needs is there, and knows the usual words.
#
#   make               build, in build/
#   make run           build and open the debugger on a sample program; make run ARGS="my.py a b" on yours
#   make test          every test, then every test again under ASan and UBSan
#   make fuzz          each fuzz target for FUZZ_SECONDS=60
#   make matrix        the backend on the newest interpreters, from Debian unstable, in .matrix/ (root only)
#   make matrix-all    also on their debug builds, and the unit and screen tests with that system's libraries
#   make debug-python  the backend on a debug build of Debian's Python: assertions, and references that leak
#   make bench         speed, as ratios against bare Python and the other debuggers that are installed;
#                      BENCH="--quick --only engine" for a part: engine memory steps start attach flood
#   make bench-peers   debugpy and pudb from PyPI for the interpreters that the bench measures, in build/peers/
#   make soak          a long session: memory of the program and of pytui stays flat; SOAK_SECONDS=120 (3600: a million stops)
#   make valgrind      wire and unit tests under valgrind, a chosen part of them; VALGRIND='wire/test_x.py -k …' for others
#   make guide         the screens and tables in docs/GUIDE.md and docs/KEYS.md, renewed; read the change before it is kept
#   make gallery       every screen in each theme and size as pictures, in build/gallery/; GALLERY='--theme dark --size 50x160 help'
#   make lint          layout of the C, Python and shell sources
#   make install       to PREFIX=/usr/local (DESTDIR is honoured)
#   make clean         remove what was built

PREFIX ?= /usr/local
ARGS ?= tests/targets/showcase.py
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 120
# Names of suites (unit wire screen) or paths of pytest files, to run only these.
TESTS ?=

BUILD := build
BUILD_ASAN := build-asan
SANITIZE := -Db_sanitize=address,undefined -Db_lundef=false
C_FILES = $(shell git ls-files '*.c' '*.h')
SHELL_FILES = .ci/packages .ci/run tests/matrix tests/unstable-root tests/run-valgrind tests/run-pytest tests/fuzz/run

.DEFAULT_GOAL := build
.NOTPARALLEL:
.PHONY: build run test test-plain test-asan fuzz matrix matrix-all debug-python bench bench-peers soak valgrind guide gallery lint install clean help \
    packages packages-test

help:
	@sed -n 's/^#   //p' Makefile

packages:
	@.ci/packages run

packages-test:
	@.ci/packages test

$(BUILD)/build.ninja: | packages
	meson setup $(BUILD)

$(BUILD_ASAN)/build.ninja: | packages-test
	meson setup $(BUILD_ASAN) -Dwerror=true $(SANITIZE)

build: packages $(BUILD)/build.ninja
	@ninja -C $(BUILD)

run: build
	@$(BUILD)/pytui $(ARGS)

test: test-plain test-asan

# Once: a reconfigured build directory is built anew.
$(BUILD)/.werror: | packages-test $(BUILD)/build.ninja
	meson configure $(BUILD) -Dwerror=true
	@touch $@

test-plain: packages-test $(BUILD)/.werror
	@ninja -C $(BUILD)
	@tests/run-all $(BUILD) $(TESTS)

test-asan: packages-test $(BUILD_ASAN)/build.ninja
	@ninja -C $(BUILD_ASAN)
	@tests/run-all $(BUILD_ASAN) $(TESTS)

fuzz: packages-test $(BUILD_ASAN)/build.ninja
	@ninja -C $(BUILD_ASAN)
	@tests/fuzz/run $(BUILD_ASAN) $(FUZZ_SECONDS)

bench: packages-test build
	@tests/bench/bench.py --build $(BUILD) $(BENCH)

bench-peers: packages-test
	@tests/bench/peers.py --build $(BUILD)

soak: packages-test build
	@SOAK_SECONDS=$(SOAK_SECONDS) tests/bench/soak.py --build $(BUILD)

valgrind: packages-test build
	@.ci/packages valgrind
	@tests/run-valgrind $(BUILD) $(VALGRIND)

guide: packages-test build
	@$(BUILD)/tui/reference --update docs/KEYS.md
	@PYTUI_UPDATE_GUIDE=1 tests/run-pytest $(BUILD) screen/test_guide.py -q
	@git --no-pager diff --stat -- docs

gallery: packages-test build
	@/usr/bin/python3 -c 'import PIL' 2>/dev/null || { echo "make gallery needs python3-pil and fonts-dejavu-core"; exit 1; }
	@/usr/bin/python3 tests/screen/gallery.py --build $(BUILD) $(GALLERY)

matrix: build
	@.ci/packages matrix
	@tests/matrix $(BUILD)

matrix-all: build
	@.ci/packages matrix
	@tests/matrix --all $(BUILD)

debug-python: packages-test build
	@.ci/packages debug
	@PYTUI_INTERPRETERS=/usr/bin/python3-dbg tests/run-all --name debug-python --reports $(BUILD)/test-reports/debug \
	    $(BUILD) wire

lint:
	@.ci/packages lint
	clang-format --dry-run -Werror $(C_FILES)
	shellcheck -S warning $(SHELL_FILES)
	tests/check-code-map
	@if command -v ruff >/dev/null; then ruff check .; else echo "ruff is not installed: Python sources not checked"; fi

install: build
	@if [ "$$(cat $(BUILD)/.prefix 2>/dev/null)" != "$(abspath $(PREFIX))" ]; then \
	    meson configure $(BUILD) -Dprefix="$(abspath $(PREFIX))" && echo "$(abspath $(PREFIX))" >$(BUILD)/.prefix; fi
	@ninja -C $(BUILD)
	meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(BUILD_ASAN)
