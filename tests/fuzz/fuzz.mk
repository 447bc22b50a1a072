# Fuzzing. libFuzzer is one more sanitizer of clang, so its programs belong to a variant. libFuzzer's
# main calls LLVMFuzzerTestOneInput: each program defines it as its target's function.

FUZZ ?= $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))# the targets to run

$(out)/tests/fuzz/%: LDFLAGS += -Wl,--defsym=LLVMFuzzerTestOneInput=fuzz_$(@F)

# KEEP=1 adds new inputs to tests/fuzz/corpus. INPUT is a file to try instead.
fuzz: needs_fuzz ## look for inputs that break a parser (FUZZ=words SECONDS=600 KEEP=1; INPUT=file)
	@$(MAKE) CC=clang SANITIZE=fuzzer,address,undefined run-fuzzers

run-fuzzers: $(FUZZ:%=$(out)/tests/fuzz/%)
	@EACH=$(or $(SECONDS),60) tests/fuzz/run.sh $(FUZZ)
