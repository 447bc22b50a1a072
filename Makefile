# `make help` lists the commands. Each build variant has its objects in build/<variant>/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules --no-print-directory

SANITIZE ?=#   address,undefined or thread
SWITCH   ?=#   ucontext: the portable switch instead of the hand-written one
CHAT_WRITE ?=# classic: the chat server writes as libwebsockets' author advises
WERROR   ?=#   1: warnings are errors, as in CI
VALGRIND ?=#   1: make check runs every program under Valgrind
V        ?=#   1: show the whole commands
CHAPTER  ?=#   build or check this chapter alone
SUITE    ?=#   check this suite alone: 04_chat
ARCH     ?=#   aarch64 or riscv64: the library's suites, by a cross compiler and qemu-user; macos: compile

ifeq ($(origin CC),default)
CC := gcc
endif
pkg_config := pkg-config
suite_libraries := check vterm
system := $(if $(filter macos,$(ARCH)),Darwin,$(shell uname -s))
# marked TEXT: the suites with this comment, on a line of its own.
marked = $(patsubst tests/test_%.c,%,$(shell grep -lx '// $(1)\.' tests/test_*.c))
# Patterns of the programs and suites that a system leaves out.
left_out := $(if $(filter Darwin,$(system)),$(call marked,Linux only))
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

# The scripts that test and run the programs read these.
export OUT := $(out)
export BIN := $(CURDIR)/$(bin)
export SANITIZE VALGRIND EMULATOR

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
    $(foreach name,libuv check ncursesw libwebsockets $(redis),$(shell \
        $(pkg_config) --cflags $(name) 2>/dev/null))
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
have_main := $(shell grep -l '^int main\b' 0*/*.c docs/rec*/*.c tests/*.c tests/bench/*.c)
programs := $(filter-out $(left_out) tests/%,$(basename $(have_main)))
steps := $(basename $(wildcard $(or $(CHAPTER),0*)/steps/*.c))
all_suites := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
# Some suites test the pages and the book's tools, which are alike in all variants.
of_plain := $(if $(filter-out plain,$(variant))$(VALGRIND),$(call marked,Plain variant only))
suites := $(filter-out $(left_out) $(of_plain),$(all_suites))
suites_left_out := $(filter-out $(suites),$(all_suites))
chosen_suites := $(filter $(or $(SUITE),$(and $(CHAPTER),$(firstword $(subst -, ,$(CHAPTER)))_%),%),$(suites))
chosen_programs := $(filter $(or $(CHAPTER),%)/%,$(programs))

all: $(programs:%=$(bin)%) compile_commands.json ## build every program
chapter: $(chosen_programs:%=$(bin)%)
tests: $(chosen_suites:%=$(out)/tests/test_%) $(chosen_programs:%=$(bin)%)
steps: $(steps:%=$(out)/%) ## build every step of the lessons (CHAPTER=01-event-loop: of one)

# The archives of a folder's sources, in the order in which the linker has to find them.
folders := tests tests/bench tests/fuzz $(redis:%=04-chat-server/cluster) $(chapters) 04-chat-server/websocket
members = $(patsubst %,$(out)/%.o,$(filter-out $(have_main),$(wildcard $(1))))
common_objects := $(call members,common/*/*.[cS] common/*/*/*.c)
$(out)/libcommon.a: $(common_objects)
$(out)/%.a: $$(call members,$$*/*.c)
	@mkdir -p $(@D) && rm -f $@
	$(call say,archive)ar rcs $@ $^

# A program is named by its path without .c. It links its own object and these archives. A suite of a
# chapter, test_NN_*, links what the chapter's programs do. An exercise with an exercise.h is linked
# with its test, which calls it; without one, the test is a program.
chapter_of = $(if $(findstring fuzz,$(1)),04-chat-server,$(filter \
    $(firstword $(subst _, ,$(subst -, ,$(1:tests/test_%=%))))-%,$(chapters)))
exercise_of = $(patsubst %/exercise.h,%,$(wildcard $(patsubst %near-misses/,%,$(dir $(1)))exercise.h))
uses_check = $(filter tests/test_% %/test,$(1))$(call exercise_of,$(1))
objects = $(patsubst %,$(out)/%.c.o,$(1) $(addsuffix /test,$(call exercise_of,$(1))))
archives = $(patsubst %,$(out)/%.a,$(filter $(if $(call uses_check,$(1)),tests) \
    $(if $(filter tests/bench/%,$(1)),tests/bench) $(if $(findstring fuzz,$(1)),tests/fuzz) \
    $(call chapter_of,$(1)) $(call chapter_of,$(1))/%,$(folders)) libcommon)
libraries_of = $(if $(call uses_check,$(1)),$(suite_libraries)) libuv \
    $(libs_$(call chapter_of,$(1))) $(libs_$(1))
# The linker replaces a function X where one of the sources defines __wrap_X.
wraps = $(patsubst __wrap_%,-Wl$(comma)--wrap=%,$(sort $(shell \
    grep -ohs '__wrap_[a-z0-9_][a-z0-9_]*' $(patsubst $(out)/%.o,%,$(filter %.o,$^)))))
define link_program
@mkdir -p $(@D)
$(call say,link)$(CC) $(sanitize) $(LDFLAGS) $(wraps) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
    $(call libraries,$(call libraries_of,$*)) -lm
endef

$(programs:%=$(bin)%): $(bin)%: $$(call objects,$$*) $$(call archives,$$*)
	$(link_program)
$(out)/%: $$(call objects,$$*) $$(call archives,$$*)
	$(link_program)

$(out)/tests/test_shortage $(out)/tests/test_shortage_stream: $(out)/tests/support_shortage.c.o
$(out)/tests/test_fuzz: $(out)/tests/fuzz/commands.c.o

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

# compile_source FLAGS: compiles the first prerequisite.
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
$(patsubst %,$(out)/%.o,$(wildcard tests/*.c 0*/exercises/*/test.c)): | needs_$(or $(ARCH),test)

-include $(shell find $(out) -name '*.d' 2>/dev/null)

# --- the commands ----------------------------------------------------------------------------

run: ## install what is missing, build, start the chat server (ARGS="--port 9000")
	@tests/setup/packages.sh install build
	@$(MAKE) 04-chat-server/chat-server
	04-chat-server/chat-server $(ARGS)

test_groups := $(or $(ARCH),test $(if $(filter 04_browser timeline,$(chosen_suites)),page))
test: ## install what is missing, build everything, run every test
	@tests/setup/packages.sh install $(if $(ARCH),,build) $(test_groups)
	@$(MAKE) check

check: $(test_groups:%=needs_%) $(if $(CHAPTER)$(ARCH),chapter,all) tests ## run every test, install nothing
	@tests/run.sh $(chosen_suites)
	$(if $(CHAPTER)$(SUITE),,$(if $(suites_left_out),@echo 'Left out of this variant: $(suites_left_out)'))

check-seeds: needs_$(or $(ARCH),test) tests ## the runtime's suites, each time in another order (SEEDS=1000)
	@tests/seeds.sh

deps: ## install what building and testing need (FOR="build test lessons page bench ci")
	@tests/setup/packages.sh deps $(or $(FOR),build test page lessons)

doctor: ## show the tools and libraries that were found, and the command that installs a missing one
	@tests/setup/packages.sh doctor

# The benchmarks are programs of their own: no test measures time. QUICK=1 shows in seconds that all
# of one runs; SERVER=bun WORK=n100_w3 choose one server and one work.
bench := $(out)/tests/bench
echo_servers := $(bin)02-coroutines-echo/echo-server $(bench)/echo_libuv
chat_server := $(bin)04-chat-server/chat-server
# options NAMES: --name 'value' for each variable NAME that has a value.
options = $(foreach name,$(1),$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) '$($(name))'))
bench-runtime: $(bench)/runtime ## the runtime beside libuv and asyncio (RUNS=1 JSON=file)
bench-echo: $(bench)/echo $(echo_servers) ## the echo server beside libuv and asyncio (QUICK=1)
bench-stack: $(bench)/stack ## how much stack common library calls need
bench-runtime bench-echo bench-stack:
	$^ $(JSON)
bench-chat: $(bench)/chat $(chat_server) ## the chat beside its peers (QUICK=1 ROUNDS=3 CHART=file.svg)
bench-cluster: needs_redis $(bench)/cluster $(chat_server) ## one chat on 1, 2 and 4 servers (QUICK=1)
bench-chat bench-cluster: bench-%:
	@$(bench)/$* $(if $(QUICK),--quick) --ours $(chat_server) $(call options,ROUNDS WORK SERVER JSON CHART)

run-many: needs_build needs_redis $(chat_server) ## chat servers as one, over a Redis of their own (SERVERS=3)
	@04-chat-server/cluster/run_many.sh $(chat_server) $(or $(SERVERS),2)

# Works with any variant: SANITIZE=address,undefined make soak STOPS=50.
soak: needs_test $(chat_server) ## an hour of the chat, compressed (MINUTES=5), or 50 ends (STOPS=50)
	/usr/bin/python3 tests/soak/soak.py $(chat_server) $(if $(STOPS),stops $(STOPS),$(or $(MINUTES),5))

sources := $(sort $(shell find common 0* tests docs -name node_modules -prune -o -name '*.[ch]' -print))
lint: needs_ci compile_commands.json ## check the sources' layout; clang-tidy, shellcheck
	@tests/lint.sh check $(sources)
format: needs_ci ## lay the sources out as .clang-format says
	@tests/lint.sh format $(sources)

not_compiled := tests/bench/% tests/fuzz/% $(left_out:%=tests/test_%.c) \
    $(if $(redis),,04-chat-server/cluster/%)
to_compile := $(filter-out $(not_compiled),$(filter %.c,$(sources)) $(wildcard common/*/*.S))
compile: $(to_compile:%=$(out)/%.o) ## compile only (ARCH=macos)

# clangd reads the flags of each source from here.
compile_commands.json: Makefile $(sources)
	@printf '%s\n' $(filter %.c,$(sources)) | sed -e '1s/^/[/' -e '$$!s/$$/,/' -e '$$s/$$/]/' \
	    -e 's|[^],[]*\.c|{"directory": "$(CURDIR)", "file": "&", "command": "$(compile) -c &"}|' > $@

clean: ## remove all that was built
	rm -rf build compile_commands.json $(programs)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(makefiles) | expand -t 24
	@echo
	@echo '  SANITIZE=address,undefined | SANITIZE=thread | SWITCH=ucontext | VALGRIND=1 | ARCH=aarch64 |'
	@echo '      ARCH=riscv64 | CHAT_WRITE=classic     with make all or make check'

include tests/fuzz/fuzz.mk docs/book.mk
makefiles := $(filter-out %.d,$(MAKEFILE_LIST))
# A target with a comment ## is a command, which help lists. It makes no file of that name.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*## .*/\1/p' $(makefiles)) $(needs) always chapter tests
