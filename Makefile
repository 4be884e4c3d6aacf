# Habits.  CMakePresets.json has the builds, tools/ the rest; all that is made
# lies in build/<preset>.
PREFIX ?= /usr/local
WORDCOUNT = example/wordcount

release debug:
	@cmake --preset $@ >/dev/null
	@cmake --build build/$@ --target godwit godwit_shared

test:
	@tools/setup test
	@tools/test-all release debug

asan tsan:
	@tools/setup test sanitize
	@tools/test-all $@

fuzz:
	@tools/fuzz

# Against other engines on the PATH.
diff:
	@tools/setup build
	@tools/diff

lint: release
	@tools/setup lint
	@tools/lint

format:
	@tools/lint --fix

# make bench BENCH='--quick fib lua', or BENCH=wasi, for less.
bench: release
	@tools/setup guest
	@bench/run $(BENCH)

# The whole way: a C file, a WebAssembly module, a run that may read one folder.
run:
	@tools/setup build guest
	@$(MAKE) --no-print-directory release
	@mkdir -p build/guest
	tools/wasm-cc -O2 -Wl,-s -o build/guest/wordcount.wasm \
	    $(WORDCOUNT)/wordcount.c
	build/release/godwit run --dir $(WORDCOUNT)::/data:ro \
	    build/guest/wordcount.wasm /data/godwit.txt

install: release
	@cmake --install build/release --prefix $(PREFIX)

dist:
	@mkdir -p build
	@git archive --prefix=godwit/ --output=build/godwit.tar.gz HEAD

clean:
	@rm -rf build

.PHONY: release debug test asan tsan fuzz diff lint format bench run install dist \
    clean
