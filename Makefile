# make help says what there is. Every build variant keeps its objects apart, in build/<variant>/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

SANITIZE ?=#   address,undefined or thread
SWITCH   ?=#   ucontext: the portable switch instead of the hand-written one
CHAT_WRITE ?=# classic: the chat server writes as libwebsockets' author advises
WERROR   ?=#   1: warnings are errors, as in CI
VALGRIND ?=#   1: make check runs every program under Valgrind
V        ?=#   1: show every command whole
CHAPTER  ?=#   make check of one chapter alone
ARCH     ?=#   aarch64: the library's suites, cross-compiled and run by qemu-user

ifeq ($(origin CC),default)
CC := gcc
endif
pkg_config := pkg-config
groups     := build# of tests/setup/packages.sh, to compile
left_out   :=#       patterns of programs and suites
ifneq ($(ARCH),)
include tests/setup/$(ARCH).mk
endif
# say WHAT: what a rule does, in a few words.
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $@;)
CLANG_FORMAT ?= clang-format
CLANG_TIDY   ?= clang-tidy

empty :=
comma := ,
space := $(empty) $(empty)
variant := $(subst $(space),-,$(strip $(or $(ARCH),$(filter-out gcc cc,$(notdir $(CC)))) \
    $(subst $(comma),-,$(SANITIZE)) $(SWITCH) $(CHAT_WRITE) plain))
variant := $(if $(filter plain,$(variant)),plain,$(variant:-plain=))
out := build/$(variant)
# The plain build's programs stand in their chapter's directory; the others' stay beside their objects.
bin := $(if $(filter plain,$(variant)),,$(out)/)

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra $(if $(WERROR),-Werror)
sanitize := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all)
compile := $(CC) -std=gnu17 $(warnings) -D_GNU_SOURCE -I. -fno-omit-frame-pointer \
    -fstack-clash-protection $(sanitize) $(if $(filter ucontext,$(SWITCH)),-DSWITCH_UCONTEXT) \
    $(if $(filter classic,$(CHAT_WRITE)),-DCHAT_WRITE_CLASSIC) $(CFLAGS)
link = $(CC) $(sanitize) $(LDFLAGS)

# libraries NAMES: what pkg-config says; where it knows nothing, the usual name.
libraries = $(foreach name,$(1),$(shell $(pkg_config) --libs $(name) 2>/dev/null || echo -l$(name:lib%=%)))
compile += $(foreach name,libuv check ncursesw libwebsockets,$(shell $(pkg_config) --cflags $(name) 2>/dev/null))
# There gcc looks at a large frame only each 64 KiB, and would leap over a guard of 4.
compile += $(if $(findstring clang,$(CC)),,$(if $(filter aarch64%,$(shell $(CC) -dumpmachine 2>/dev/null)),--param=stack-clash-protection-guard-size=12))

# --- what is built ---------------------------------------------------------------------------

chapters := 01-event-loop 02-coroutines-echo 03-keyboard-maze 04-chat-server
libs_01-event-loop := libuv
libs_02-coroutines-echo := libuv
libs_03-keyboard-maze := libuv ncursesw
libs_04-chat-server := libuv libwebsockets
libs_docs/recordings := libuv

# Every source of a folder goes into the folder's archive, but for the programs, named here.
programs := 01-event-loop/hello 01-event-loop/compare \
    02-coroutines-echo/hello 02-coroutines-echo/echo-server 02-coroutines-echo/echo-client \
    03-keyboard-maze/maze \
    04-chat-server/hello-server 04-chat-server/chat-server \
    docs/recordings/turns docs/recordings/key
program_sources := $(programs:%=%.c)
programs := $(filter-out $(left_out),$(programs))

library := $(out)/libcommon.a
websocket := $(out)/04-chat-server/websocket.a
support := $(out)/tests/support.a
common_objects := $(patsubst %,$(out)/%.o,$(wildcard common/*/*.[cS] common/*/*/*.c))
$(library): $(common_objects)
$(websocket): $(patsubst %,$(out)/%.o,$(wildcard 04-chat-server/websocket/*.c))
$(support): $(patsubst %,$(out)/%.o,$(filter-out tests/test_%.c tests/trace_cost.c,$(wildcard tests/*.c)))
$(foreach chapter,$(chapters),$(eval $(out)/$(chapter).a: \
    $(patsubst %,$(out)/%.o,$(filter-out $(program_sources),$(wildcard $(chapter)/*.c)))))
$(library) $(websocket) $(support) $(chapters:%=$(out)/%.a):
	@mkdir -p $(@D) && rm -f $@
	$(call say,archive)ar rcs $@ $^

# archives FOLDER: what a program of the folder links besides itself, in the linker's order.
archives = $(filter $(chapters:%=$(out)/%.a),$(out)/$(1).a) $(if $(filter 04-chat-server,$(1)),$(websocket)) $(library)

all_suites := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
# What looks at pages and at the book's tools is the same in all variants: the plain one runs it.
of_pages := 04_browser book exercises timeline
suites := $(filter-out $(left_out) $(if $(filter-out plain,$(variant))$(VALGRIND),$(of_pages)),$(all_suites))
chapter_number = $(firstword $(subst -, ,$(CHAPTER)))
chosen_suites := $(if $(CHAPTER),$(filter $(chapter_number)_%,$(suites)),$(suites))
chosen_programs := $(if $(CHAPTER),$(filter $(CHAPTER)/%,$(programs)),$(programs))

all: $(addprefix $(bin),$(programs)) compile_commands.json ## build every program
chapter: $(addprefix $(bin),$(chosen_programs))
tests: $(chosen_suites:%=$(out)/tests/test_%) $(chosen_programs:%=$(bin)%)

define program_rule
$(bin)$(1): $(out)/$(1).c.o $(call archives,$(patsubst %/,%,$(dir $(1))))
	@mkdir -p $$(@D)
	$$(call say,link)$$(link) -o $$@ $$^ $$(call libraries,$(libs_$(patsubst %/,%,$(dir $(1))))) -lm
endef
$(foreach program,$(programs),$(eval $(call program_rule,$(program))))

# The server looks for its page beside itself.
$(out)/04-chat-server/chat-server: | $(out)/04-chat-server/web
$(out)/04-chat-server/web:
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR)/04-chat-server/web $@

# A chapter's suites, test_NN_*, link what its programs do.
suite_libraries ?= check libuv vterm
chapter_of = $(filter $(firstword $(subst _, ,$(1)))-%,$(chapters))
fuzzers := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
objects_fuzz := $(fuzzers:%=$(out)/tests/fuzz/%.c.o) $(out)/04-chat-server.a
define suite_rule
$(out)/tests/test_$(1): $(out)/tests/test_$(1).c.o $(objects_$(1)) $(support) $(call archives,$(call chapter_of,$(1)))
	$$(call say,link)$$(link) -o $$@ $$^ $$(call libraries,$(suite_libraries) $(libs_$(call chapter_of,$(1)))) -lm
endef
$(foreach suite,$(suites),$(eval $(call suite_rule,$(suite))))
$(out)/tests/test_shortage: LDFLAGS += $(foreach function,malloc calloc realloc reallocarray free mmap munmap,-Wl,--wrap=$(function))
$(out)/tests/test_04_shortage: LDFLAGS += $(foreach function,malloc calloc realloc vasprintf open_memstream,-Wl,--wrap=$(function))

# A function whose last act is to wait keeps its frame, or nobody could tell that it waits: not in
# the library, where a switch would cost 4 % more.
keep_frames = $(if $(filter common/%,$<),,-fno-optimize-sibling-calls)

# What asking whether there is a recording costs: test_trace_cost counts the instructions of this
# program with it and, from a library of its own, without.
cost := $(out)/tests/trace_cost
$(out)/tests/test_trace_cost: | $(cost) $(cost)_untraced
$(cost): $(cost).c.o $(library)
$(cost)_untraced: $(cost).c.o $(patsubst $(out)/%.c.o,$(out)/untraced/%.c.o,$(common_objects))
$(cost) $(cost)_untraced:
	$(call say,link)$(link) -o $@ $^ $(call libraries,libuv) -lm

$(out)/untraced/%.c.o: %.c Makefile | $(out)/found
	@mkdir -p $(@D)
	$(call say,compile)$(compile) -DTRACE_LEFT_OUT -MMD -MP -c -o $@ $<

$(out)/%.c.o: %.c Makefile | $(out)/found
	@mkdir -p $(@D)
	$(call say,compile)$(compile) $(keep_frames) -MMD -MP -c -o $@ $<

$(out)/%.S.o: %.S Makefile | $(out)/found
	@mkdir -p $(@D)
	$(call say,compile)$(compile) -MMD -MP -c -o $@ $<

-include $(shell find $(out) -name '*.d' 2>/dev/null)

# Asked once a variant: a missing header is named with the package that brings it.
$(out)/found:
	@tests/setup/packages.sh check $(groups)
	@mkdir -p $(@D) && touch $@

# --- the commands ----------------------------------------------------------------------------

run: ## install what is missing, build, start the chat server (ARGS="--port 9000")
	@tests/setup/packages.sh install build
	@$(MAKE) 04-chat-server/chat-server
	04-chat-server/chat-server $(ARGS)

test: ## install what is missing, build everything, run every test
	@tests/setup/packages.sh install $(groups) test $(if $(filter 04_browser timeline,$(chosen_suites)),page)
	@$(MAKE) check

# Without installing anything. The runner knows Valgrind and where the variant's programs are.
check: $(if $(CHAPTER)$(ARCH),chapter,all) tests
	@BIN=$(abspath $(or $(bin),.)) OUT=$(out) VALGRIND=$(VALGRIND) SANITIZE=$(SANITIZE) \
	    EMULATOR='$(EMULATOR)' tests/run.sh $(chosen_suites)
	$(if $(CHAPTER),,$(if $(filter-out $(suites),$(all_suites)),@echo 'Left out of this variant: $(filter-out $(suites),$(all_suites))'))

check-seeds: tests ## the runtime's suites, each time in another order (SEEDS=1000)
	@OUT=$(out) VALGRIND=$(VALGRIND) SANITIZE=$(SANITIZE) EMULATOR='$(EMULATOR)' tests/seeds.sh

deps: ## install whatever building and testing need (FOR="build test page bench ci")
	@tests/setup/packages.sh install $(or $(FOR),build test page)

doctor: ## which tools and libraries were found, and the command that installs a missing one
	@tests/setup/packages.sh doctor

formatted := $(wildcard common/*.[ch] common/*/*.[ch] $(chapters:%=%/*.[ch]) tests/*.[ch] tests/*/*.[ch] \
    docs/recordings/*.[ch] $(chapters:%=%/steps/*.[ch]) $(chapters:%=%/exercises/*/*.[ch]))
# The benchmarks are programs: nothing is measured in a test.
bench := $(out)/tests/bench
$(bench)/runtime: $(patsubst %,$(bench)/%.c.o,runtime runtime_ours runtime_libuv report) $(library)
$(bench)/echo: $(patsubst %,$(bench)/%.c.o,echo echo_load latency report server_process)
$(bench)/echo_libuv: $(bench)/echo_libuv.c.o
$(bench)/chat: $(patsubst tests/bench/%.c,$(bench)/%.c.o,$(wildcard tests/bench/chat*.c)) \
    $(patsubst %,$(bench)/%.c.o,latency server_process) $(library)
$(bench)/runtime $(bench)/echo $(bench)/echo_libuv $(bench)/chat:
	$(call say,link)$(link) -o $@ $^ $(call libraries,libuv) -lm

bench-runtime: $(bench)/runtime ## the runtime beside libuv and asyncio (RUNS=1 JSON=file)
	$(bench)/runtime $(JSON)

bench-echo: $(bench)/echo $(bench)/echo_libuv $(bin)02-coroutines-echo/echo-server ## the echo server beside libuv and asyncio (QUICK=1 RUNS=1 JSON=file)
	$(bench)/echo $(bin)02-coroutines-echo/echo-server $(bench)/echo_libuv $(JSON)

# Which server and work alone: SERVER=bun WORK=n100_w3. QUICK=1 proves in seconds that all of it works.
bench_options = $(foreach name,OURS ROUNDS WORK SERVER JSON CHART,$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) $($(name))))
bench-chat: OURS ?= $(bin)04-chat-server/chat-server
bench-chat: $(bench)/chat $(bin)04-chat-server/chat-server ## the chat beside its peers (QUICK=1 ROUNDS=3 JSON=file CHART=file.svg)
	@$< $(if $(QUICK),--quick) $(bench_options)

include tests/fuzz/fuzz.mk
include docs/book.mk
include docs/pictures.mk

# Of any variant: SANITIZE=address,undefined make soak STOPS=50.
soak: $(bin)04-chat-server/chat-server ## an hour of the chat, compressed (MINUTES=5), or only its end, STOPS=50 times
	/usr/bin/python3 tests/soak/soak.py $< $(if $(STOPS),stops $(STOPS),$(or $(MINUTES),5))

lint: compile_commands.json ## the layout of the sources, clang-tidy, shellcheck
	$(CLANG_FORMAT) --dry-run --Werror $(formatted)
	@# One file a run: in one run for all, clang-tidy 14 carries what it knows of va_list over.
	@# It would find the faults that exercises are about.
	printf '%s\n' $(filter-out tests/% %/exercise.c %/test.c,$(filter %.c,$(formatted))) | xargs -P 2 -n 1 $(CLANG_TIDY) --quiet -p .
	shellcheck .ci/run $(wildcard tests/*.sh tests/*/*.sh)

format: ## lay the sources out as .clang-format says
	$(CLANG_FORMAT) -i $(formatted)

clean: ## remove all that was built
	rm -rf build compile_commands.json $(programs)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile tests/fuzz/fuzz.mk docs/book.mk docs/pictures.mk | expand -t 24
	@echo
	@echo '  SANITIZE=address,undefined | SANITIZE=thread | SWITCH=ucontext | VALGRIND=1 | ARCH=aarch64 |'
	@echo '      CHAT_WRITE=classic     with make all or make check'

# For clangd: one entry a source, all with the same flags.
compile_commands.json: Makefile $(formatted)
	@for source in $(filter %.c,$(formatted)); do \
	    printf '%s{"directory": "%s", "file": "%s", "command": "%s -c %s"}' \
	        "$$separator" '$(CURDIR)' "$$source" '$(compile)' "$$source"; separator=',\n'; \
	done | sed -e '1s/^/[/' -e 's/\\n/\n/g' -e '$$s/$$/]/' > $@

.PHONY: all chapter tests run test check check-seeds bench-runtime bench-echo bench-chat soak deps doctor lint format clean help
.SECONDARY:
