# Fuzzing. libFuzzer is one more sanitizer of clang, so its programs belong to a variant. libFuzzer's
# main calls LLVMFuzzerTestOneInput: each program defines it as its target's function.

fuzzers := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ    ?= $(fuzzers)#  the targets to run
SECONDS ?= 60#          for each target
INPUT   ?=#             a file to try instead
KEEP    ?=#             1: add the new inputs to tests/fuzz/corpus

$(fuzzers:%=$(out)/tests/fuzz/%): LDFLAGS += -Wl,--defsym=LLVMFuzzerTestOneInput=fuzz_$(@F)
$(fuzzers:%=$(out)/tests/fuzz/%): $(out)/%: $(out)/%.c.o $$(call archives,$$*)
	$(link_program)

# These functions of websocket/ are tests/fuzz/commands.c's.
$(out)/tests/fuzz/commands $(out)/tests/test_fuzz: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,websocket_send_arguments websocket_send_format websocket_room_send)

fuzz: needs_fuzz ## look for inputs that break a parser (FUZZ=words SECONDS=600 KEEP=1; INPUT=file)
	@$(MAKE) CC=clang SANITIZE=fuzzer,address,undefined run-fuzzers

run-fuzzers: $(FUZZ:%=$(out)/tests/fuzz/%)
	@OUT=$(out) EACH=$(SECONDS) INPUT=$(INPUT) KEEP=$(KEEP) tests/fuzz/run.sh $(FUZZ)

.PHONY: fuzz run-fuzzers
