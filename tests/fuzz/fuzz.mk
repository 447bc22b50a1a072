# Fuzzing: clang brings libFuzzer as one more sanitizer, so its programs are those of a variant. Its
# main calls LLVMFuzzerTestOneInput, which is made another name of the target.

FUZZ    ?= $(fuzzers)#  which
SECONDS ?= 60#          for each
INPUT   ?=#             a file to try instead
KEEP    ?=#             1: what is new joins tests/fuzz/corpus

define fuzzer_rule
$(out)/tests/fuzz/$(1): $(out)/tests/fuzz/$(1).c.o $(out)/04-chat-server.a $(library)
	$$(call say,link)$$(link) -Wl,--defsym=LLVMFuzzerTestOneInput=fuzz_$(1) -o $$@ $$^ \
	    $$(call libraries,libuv) -lm
endef
$(foreach fuzzer,$(fuzzers),$(eval $(call fuzzer_rule,$(fuzzer))))

fuzz: ## look for inputs that break a parser (FUZZ=words SECONDS=600 KEEP=1; INPUT=file)
	@tests/setup/packages.sh check fuzz
	@$(MAKE) CC=clang SANITIZE=fuzzer,address,undefined run-fuzzers

run-fuzzers: $(FUZZ:%=$(out)/tests/fuzz/%)
	@OUT=$(out) EACH=$(SECONDS) INPUT=$(INPUT) KEEP=$(KEEP) tests/fuzz/run.sh $(FUZZ)

.PHONY: fuzz run-fuzzers
