# `make help` lists the commands. Each build variant has its objects in build/<variant>/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory

SANITIZE ?=#   address,undefined or thread
SWITCH   ?=#   ucontext: the portable switch instead of the hand-written one
CHAT_WRITE ?=# classic: the chat server writes as libwebsockets' author advises
WERROR   ?=#   1: warnings are errors, as in CI
VALGRIND ?=#   1: make check runs every program under Valgrind
V        ?=#   1: show the whole commands
CHAPTER  ?=#   build or check this chapter alone
SUITE    ?=#   check this suite alone: 04_chat
ARCH     ?=#   aarch64 or riscv64: the library's suites, by a cross compiler and qemu-user; macos: make compile

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG_FORMAT ?= clang-format
CLANG_TIDY   ?= clang-tidy
pkg_config := pkg-config
suite_libraries := check vterm
system := $(if $(filter macos,$(ARCH)),Darwin,$(shell uname -s))
# Suites that use calls of Linux, or have the linker replace functions.
of_linux := 02_echo_peers 04_access_control 04_chat 04_memory 04_protocol 04_shortage 04_slow_members 04_websocket 04_websocket_close shortage shortage_stream
# Patterns of the programs and suites that a system or a variant leaves out.
left_out := $(if $(filter Darwin,$(system)),$(of_linux))
ifneq ($(ARCH),)
include tests/setup/$(if $(filter macos,$(ARCH)),macos,cross).mk
endif

empty :=
comma := ,
space := $(empty) $(empty)
variant := $(subst $(space),-,$(strip $(or $(ARCH),$(filter-out gcc cc,$(notdir $(CC)))) \
    $(subst $(comma),-,$(SANITIZE)) $(SWITCH) $(CHAT_WRITE) plain))
variant := $(if $(filter plain,$(variant)),plain,$(variant:-plain=))
out := build/$(variant)
# The plain programs stand in their chapter's folder, those of other variants beside their objects.
bin := $(if $(filter plain,$(variant)),,$(out)/)

# libraries NAMES: the linker's options from pkg-config, or the usual name where pkg-config knows none.
libraries = $(foreach name,$(1),$(shell $(pkg_config) --libs $(name) 2>/dev/null || echo -l$(name:lib%=%)))

# Many chat servers as one need hiredis; without it the chat server is built without them.
have = $(if $(ARCH),,$(shell $(pkg_config) --exists $(1) 2>/dev/null && echo $(1)))
redis := $(call have,hiredis)
redis_tls := $(call have,hiredis_ssl)

CFLAGS ?= -O2 -g
sanitize := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all)
of_system := $(if $(filter Darwin,$(system)),-D_DARWIN_C_SOURCE -D_XOPEN_SOURCE -Wno-deprecated-declarations)
compile := $(CC) -std=gnu17 -Wall -Wextra $(if $(WERROR),-Werror) -D_GNU_SOURCE $(of_system) -I. \
    -fno-omit-frame-pointer -fstack-clash-protection $(sanitize) \
    $(if $(filter ucontext,$(SWITCH)),-DSWITCH_UCONTEXT) \
    $(if $(filter classic,$(CHAT_WRITE)),-DCHAT_WRITE_CLASSIC) \
    $(if $(findstring -flto,$(CFLAGS)),-DLTO) $(if $(redis),-DCHAT_REDIS) \
    $(if $(redis_tls),-DREDIS_TLS) $(CFLAGS) \
    $(foreach name,libuv check ncursesw libwebsockets $(redis),$(shell $(pkg_config) --cflags $(name) 2>/dev/null))
link = $(CC) $(sanitize) $(LDFLAGS)
# say WHAT: prints what a recipe does, in one word, instead of its command.
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $@;)

# needs_GROUP: stops where a package of the group is missing, and prints the command that installs it.
needs := $(addprefix needs_,build test page redis ci docs picture site fuzz aarch64 riscv64 macos)
$(needs): needs_%:
	@tests/setup/packages.sh check $*

# --- what is built ---------------------------------------------------------------------------

chapters := 01-event-loop 02-coroutines-echo 03-keyboard-maze 04-chat-server
libs_03-keyboard-maze := ncursesw
libs_04-chat-server := libwebsockets libssl libcrypto
libs_04-chat-server/chat-server := $(redis_tls) $(redis)
libs_tests/bench/stack := ncursesw

# A source with a main function is a program; every other source goes into the archive of its folder.
have_main := $(shell grep -l '^int main\b' $(chapters:%=%/*.c) docs/recordings/*.c docs/recipes/*.c tests/*.c tests/bench/*.c)
programs := $(filter-out $(left_out),$(basename $(filter-out tests/%,$(have_main))))
all_suites := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
# These suites test the pages and the book's tools, alike in all variants: the plain one runs them.
of_pages := 04_browser bench book exercises setup timeline
suites := $(filter-out $(left_out) $(if $(filter-out plain,$(variant))$(VALGRIND),$(of_pages)),$(all_suites))
chosen_suites := $(filter $(or $(SUITE),$(and $(CHAPTER),$(firstword $(subst -, ,$(CHAPTER)))_%),%),$(suites))
chosen_programs := $(if $(CHAPTER),$(filter $(CHAPTER)/%,$(programs)),$(programs))

all: $(programs:%=$(bin)%) compile_commands.json ## build every program
chapter: $(chosen_programs:%=$(bin)%)
tests: $(chosen_suites:%=$(out)/tests/test_%) $(chosen_programs:%=$(bin)%)

members = $(patsubst %,$(out)/%.o,$(filter-out $(have_main),$(wildcard $(1))))
folders := $(chapters) 04-chat-server/websocket $(if $(redis),04-chat-server/cluster) tests tests/bench tests/fuzz
$(foreach folder,$(folders),$(eval $(out)/$(folder).a: $(call members,$(folder)/*.c)))
common_objects := $(call members,common/*/*.[cS] common/*/*/*.c)
$(out)/libcommon.a: $(common_objects)
$(patsubst %,$(out)/%.a,$(folders) libcommon):
	@mkdir -p $(@D) && rm -f $@
	$(call say,archive)ar rcs $@ $^

# A program is named by its path without .c. It links its own object, then these archives in the
# linker's order. A suite of a chapter, test_NN_*, links what the chapter's programs do.
chapter_of = $(filter $(firstword $(subst _, ,$(subst -, ,$(1:tests/test_%=%))))-%,$(chapters))
uses_check = $(filter tests/test_% %/test,$(1))$(wildcard $(dir $(1))exercise.h $(dir $(1))../exercise.h)
archives = $(patsubst %,$(out)/%.a,$(if $(call uses_check,$(1)),tests) \
    $(if $(filter tests/bench/%,$(1)),tests/bench) \
    $(if $(findstring fuzz,$(1)),tests/fuzz 04-chat-server 04-chat-server/websocket) \
    $(if $(filter 04-chat-server/chat-server,$(1)),$(if $(redis),04-chat-server/cluster)) \
    $(call chapter_of,$(1)) $(if $(filter 04-%,$(call chapter_of,$(1))),04-chat-server/websocket) libcommon)
libraries_of = $(if $(call uses_check,$(1)),$(suite_libraries)) libuv \
    $(libs_$(if $(findstring fuzz,$(1)),04-chat-server,$(call chapter_of,$(1)))) $(libs_$(1))
define link_program
@mkdir -p $(@D)
$(call say,link)$(link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(call libraries,$(call libraries_of,$*)) -lm
endef

.SECONDEXPANSION:
$(programs:%=$(bin)%): $(bin)%: $(out)/%.c.o $$(call archives,$$*)
	$(link_program)
$(patsubst %.c,$(out)/%,$(filter tests/%,$(have_main))): $(out)/%: $(out)/%.c.o $$(call archives,$$*)
	$(link_program)

# These suites replace these functions, so that memory runs out where they say.
$(out)/tests/test_shortage $(out)/tests/test_shortage_stream: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc reallocarray free mmap munmap)
$(out)/tests/test_04_access_control: LDFLAGS += -Wl$(comma)--wrap=malloc
$(out)/tests/test_04_shortage: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc vasprintf __vasprintf_chk open_memstream)

# test_trace_cost counts what trace_cost costs, with the library and with a library that
# never asks whether there is a recording.
cost := $(out)/tests/trace_cost
$(out)/tests/test_trace_cost: | $(cost) $(cost)_untraced
$(cost)_untraced: $(cost).c.o $(common_objects:$(out)/%=$(out)/untraced/%)
	$(link_program)

$(out)/tests/test_bench: | $(out)/tests/bench/runtime $(out)/tests/bench/echo
$(out)/tests/test_02_steps: | $(addprefix $(out)/02-coroutines-echo/steps/,2-callbacks 8-lines 9-echo)

# The chat server looks for its page in the folder of its program.
$(out)/04-chat-server/chat-server: | $(out)/04-chat-server/web
$(out)/04-chat-server/web:
	@mkdir -p $(@D)
	@ln -sfn "$(CURDIR)/04-chat-server/web" $@

# compile FLAGS: compiles the first prerequisite.
define compile_source
@mkdir -p $(@D)
$(call say,compile)$(compile) $(1) -MMD -MP -c -o $@ $<
endef
# Everything is built anew with other flags than before: CFLAGS=-O0 make all.
$(out)/flags: export FLAGS := $(filter-out -Werror,$(compile) $(LDFLAGS))
$(out)/flags: always
	@mkdir -p $(@D)
	@echo "$$FLAGS" | cmp -s - $@ || echo "$$FLAGS" >$@

# A function that ends with a wait keeps its frame, so that the tree of tasks shows it. The library
# does without: there each switch would cost 4 % more.
keep_frames = $(if $(filter common/% %.S,$<),,-fno-optimize-sibling-calls)
# A learner's program is not run with a fault that the compiler has seen.
learner_errors = $(if $(findstring /steps/,$<)$(findstring /exercises/,$<),$(addprefix \
    -Werror=,return-type implicit-function-declaration incompatible-pointer-types))
$(out)/untraced/%.o: % Makefile $(out)/flags | needs_$(or $(ARCH),build)
	$(call compile_source,-DOBSERVER_LEFT_OUT)
$(out)/%.o: % Makefile $(out)/flags | $(headers) needs_$(or $(ARCH),build)
	$(call compile_source,$(keep_frames) $(learner_errors))
$(patsubst %,$(out)/%.o,$(wildcard tests/*.c)): | needs_$(or $(ARCH),test)

-include $(shell find $(out) -name '*.d' 2>/dev/null)

# --- the commands ----------------------------------------------------------------------------

test_groups := $(or $(ARCH),test $(if $(filter 04_browser timeline,$(chosen_suites)),page))
runner = OUT=$(out) VALGRIND=$(VALGRIND) SANITIZE=$(SANITIZE) EMULATOR='$(EMULATOR)'
# options NAMES: --name 'value' for each variable NAME that has a value.
options = $(foreach name,$(1),$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) '$($(name))'))

run: ## install what is missing, build, start the chat server (ARGS="--port 9000")
	@tests/setup/packages.sh install build
	@$(MAKE) 04-chat-server/chat-server
	04-chat-server/chat-server $(ARGS)

test: ## install what is missing, build everything, run every test
	@tests/setup/packages.sh install $(if $(ARCH),,build) $(test_groups)
	@$(MAKE) check

check: $(test_groups:%=needs_%) $(if $(CHAPTER)$(ARCH),chapter,all) tests ## run every test, without installing anything
	@BIN="$(CURDIR)/$(bin)" $(runner) tests/run.sh $(chosen_suites)
	$(if $(CHAPTER)$(SUITE),,$(if $(filter-out $(suites),$(all_suites)),@echo 'Left out of this variant: $(filter-out $(suites),$(all_suites))'))

check-seeds: needs_$(or $(ARCH),test) tests ## the runtime's suites, each time in another order (SEEDS=1000)
	@$(runner) tests/seeds.sh

deps: ## install what building and testing need (FOR="build test lessons page bench ci")
	@tests/setup/packages.sh deps $(or $(FOR),build test page lessons)

doctor: ## show the tools and libraries that were found, and the command that installs a missing one
	@tests/setup/packages.sh doctor

# The benchmarks are programs of their own: no test measures time.
bench := $(out)/tests/bench
bench-runtime: $(bench)/runtime ## the runtime beside libuv and asyncio (RUNS=1 JSON=file)
	$< $(JSON)

bench-echo: $(bench)/echo $(bin)02-coroutines-echo/echo-server $(bench)/echo_libuv ## the echo server beside libuv and asyncio (QUICK=1 RUNS=1 JSON=file)
	$^ $(JSON)

bench-stack: $(bench)/stack ## how much stack common library calls need
	$<

# SERVER=bun WORK=n100_w3 choose one server and one work. QUICK=1 shows in seconds that all of it runs.
bench-chat: OURS ?= $(bin)04-chat-server/chat-server
bench-chat: $(bench)/chat $(bin)04-chat-server/chat-server ## the chat beside its peers (QUICK=1 ROUNDS=3 JSON=file CHART=file.svg)
	@$< $(if $(QUICK),--quick) $(call options,OURS ROUNDS WORK SERVER JSON CHART)

run-many: needs_build needs_redis $(bin)04-chat-server/chat-server ## chat servers as one, over a Redis of their own (SERVERS=3)
	@04-chat-server/cluster/run_many.sh $(bin)04-chat-server/chat-server $(or $(SERVERS),2)

# SERVER=Socket.IO WORK=busy1000 choose one server and one work.
bench-cluster: needs_redis $(bench)/cluster $(bin)04-chat-server/chat-server ## one chat on 1, 2 and 4 servers, beside Socket.IO (QUICK=1 ROUNDS=3)
	@$(bench)/cluster $(if $(QUICK),--quick) --ours $(bin)04-chat-server/chat-server $(call options,ROUNDS WORK SERVER)

# Works with any variant: SANITIZE=address,undefined make soak STOPS=50.
soak: needs_test $(bin)04-chat-server/chat-server ## an hour of the chat, compressed (MINUTES=5), or only its end, STOPS=50 times
	/usr/bin/python3 tests/soak/soak.py $(bin)04-chat-server/chat-server $(if $(STOPS),stops $(STOPS),$(or $(MINUTES),5))

sources := $(sort $(shell find common $(chapters) tests docs -name node_modules -prune -o -name '*.[ch]' -print))
compiled := $(filter-out $(if $(redis),,04-chat-server/cluster/%),$(filter %.c,$(sources)))
# clang-tidy reads one file a run: in a run for all, version 14 remembers va_list from the file before.
# It does not read exercises, whose faults it would find.
clang_version = case $$($(CLANG_FORMAT) --version) in *'version 14.'*) ;; *) \
    echo 'CI uses version 14 of clang-format and clang-tidy: yours may differ in a few lines.' ;; esac
lint: needs_ci compile_commands.json ## check the layout of the sources; clang-tidy, shellcheck
	@$(clang_version)
	@$(CLANG_FORMAT) --dry-run --Werror $(sources)
	@printf '%s\n' $(filter-out tests/% %/exercise.c %/test.c $(near_misses:%=%.c),$(compiled)) | \
	    xargs -P 2 -n 1 $(CLANG_TIDY) --quiet -p .
	shellcheck .ci/run $(wildcard docs/*.sh tests/*.sh tests/*/*.sh 04-chat-server/cluster/*.sh)

format: needs_ci ## lay the sources out as .clang-format says
	@$(clang_version)
	@$(CLANG_FORMAT) -i $(sources)

compile: $(patsubst %,$(out)/%.o,$(filter-out tests/bench/% tests/fuzz/% $(left_out:%=tests/test_%.c), \
    $(compiled)) $(wildcard common/*/*.S)) ## compile only (ARCH=macos)

# clangd reads the flags of each source from here.
compile_commands.json: Makefile $(sources)
	@printf '%s\n' $(filter %.c,$(sources)) | sed -e '1s/^/[/' -e '$$!s/$$/,/' -e '$$s/$$/]/' \
	    -e 's|[^],[]*\.c|{"directory": "$(CURDIR)", "file": "&", "command": "$(compile) -c &"}|' > $@

clean: ## remove all that was built
	rm -rf build compile_commands.json $(programs)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(filter-out %.d,$(MAKEFILE_LIST)) | expand -t 24
	@echo
	@echo '  SANITIZE=address,undefined | SANITIZE=thread | SWITCH=ucontext | VALGRIND=1 | ARCH=aarch64 | ARCH=riscv64 |'
	@echo '      CHAT_WRITE=classic     with make all or make check'

include tests/fuzz/fuzz.mk docs/book.mk
.PHONY: $(needs) always compile all chapter tests run run-many test check check-seeds deps doctor bench-runtime bench-echo bench-chat bench-cluster bench-stack soak lint format clean help
