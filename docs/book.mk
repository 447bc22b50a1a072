# The book's programs. A step is one file, NN-chapter/steps/N-words.c. An exercise is a folder,
# NN-chapter/exercises/N-words/, with exercise.c, solution.c and test.c:
#
#   with an exercise.h     the test calls the functions that it declares: both are one program
#   without                the test starts the exercise, child_start(&child, getenv("EXERCISE"), ...)
#
# README.md sets the task, hint.md has the hints, each under a heading, and solution.md explains the
# solution. Its near-misses/NAME.c are wrong solutions that people write; the test has to fail for
# each. tests/exercises.sh says what their first comment has to say.

N        ?=#  make step N=1.3, make exercise N=2.3, make hint N=2.3: chapter.number
SOLUTION ?=#  1: make exercise runs the solution instead
HINT     ?=1# make hint N=2.3 HINT=2 shows the second hint

in_numeric_order = $(shell printf '%s\n' $(1) | sort -V)
steps := $(basename $(call in_numeric_order,$(wildcard $(chapters:%=%/steps/*.c))))
exercises := $(patsubst %/test.c,%,$(call in_numeric_order,$(wildcard $(chapters:%=%/exercises/*/test.c))))
with_header := $(patsubst %/exercise.h,%,$(wildcard $(exercises:%=%/exercise.h)))
in_chapter = $(filter $(or $(CHAPTER),0)%,$(1))
# numbered KIND: the step or the exercise that N names.
numbered = $(filter 0$(firstword $(subst ., ,$(N)))-%,$(filter \
    $(chapters:%=%/$(1)/$(word 2,$(subst ., ,$(N)))-%),$($(1))))
step := $(call numbered,steps)
exercise := $(call numbered,exercises)

# tests_of EXERCISES: the programs that test those without a header.
tests_of = $(patsubst %,$(out)/%/test,$(filter-out $(with_header),$(1)))
near_misses := $(basename $(wildcard $(exercises:%=%/near-misses/*.c)))
exercise_programs := $(foreach form,exercise solution,$(exercises:%=$(out)/%/$(form))) $(near_misses:%=$(out)/%)
$(steps:%=$(out)/%) $(exercise_programs) $(call tests_of,$(exercises)): $(out)/%: $(out)/%.c.o $$(call archives,$$*)
	$(link_program)
$(foreach one,$(with_header),$(eval $(addprefix $(out)/,$(one)/exercise $(one)/solution \
    $(filter $(one)/near-misses/%,$(near_misses))): $(out)/$(one)/test.c.o))
$(exercises:%=$(out)/%/test.c.o): | needs_test
# These tests count calls of these functions.
$(out)/01-event-loop/exercises/2-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc free uv_run)
$(out)/01-event-loop/exercises/3-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,uv_run uv_loop_close)
$(out)/01-event-loop/exercises/5-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,loop_init loop_close uv_run uv_close)
$(out)/04-chat-server/exercises/5-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc strdup strndup free)
$(out)/04-chat-server/exercises/4-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,snprintf realloc)
# GCC knows what snprintf returns, and would leave out a check whose result it knows.
$(out)/04-chat-server/exercises/4-%: compile += -fno-builtin-snprintf
$(out)/04-chat-server/exercises/6-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc realloc)
$(out)/04-chat-server/exercises/3-%: LDFLAGS += -Wl,--wrap=task_yield
$(out)/02-coroutines-echo/exercises/2-%: LDFLAGS += -Wl,--wrap=send
$(out)/03-keyboard-maze/exercises/4-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,task_yield task_sleep future_wait)

chosen_steps := $(call in_chapter,$(steps))
steps: $(chosen_steps:%=$(out)/%) ## build every step of the lessons (CHAPTER=01-event-loop: of one)

diff: ## show what a step changed since the step before it (N=2.6)
	@$(if $(step),,echo 'Which step? make diff N=2.6 shows what it changed since step 2.5.'; exit 2)
	@before=$$(printf '%s\n' $(filter $(dir $(step))%,$(steps)) | grep -x -B1 $(step) | head -n 1); \
	test "$$before" != $(step) || { echo '$(step).c is the first of its chapter.'; exit; }; \
	mkdir -p $(out); sed '/\/\/ #.*region /d' "$$before.c" >$(out)/step-before.c; \
	sed '/\/\/ #.*region /d' $(step).c | \
	    diff -u --label "$$before.c" --label $(step).c $(out)/step-before.c -; test $$? = 1

step: $(step:%=$(out)/%) ## build and run a step (N=1.3 ARGS="...")
	@$(if $(step),LOOP_DEBUG=$${LOOP_DEBUG-1} $< $(ARGS),$(exercises_sh) nearest step '$(N)' $(steps))

chosen_exercises := $(call in_chapter,$(exercises))
form := $(if $(SOLUTION),solution,exercise)
exercises_sh = OUT=$(out) SANITIZE=$(SANITIZE) VALGRIND=$(VALGRIND) tests/exercises.sh
# After the plain test, those about memory are tested under Valgrind too.
about_memory := 01-event-loop/exercises/% $(addprefix 03-keyboard-maze/exercises/,2-% 6-%) \
    $(addprefix 04-chat-server/exercises/,2-% 4-% 5-%)
tools := $(if $(filter-out plain,$(variant))$(VALGRIND),,sanitizers $(if $(filter $(about_memory),$(exercise)),valgrind))

# Make ends with status 1, and adds no error of its own, when SIGQUIT ends it: the exercise is not
# solved yet, and nothing else is wrong. The recipe outlives the signal for a moment, because make
# waits for it. Where the signal is ignored, as in the background of a script, the status is 2.
heeds_quit := ! (ulimit -c 0; sh -c 'kill -QUIT $$$$'; exit $$?) 2>/dev/null
exercise: exercise-program ## build and test an exercise (N=2.3), or its solution (SOLUTION=1)
	@$(if $(exercise),$(exercises_sh) try $(exercise) $(form) $(tools) || { [ $$? -eq 1 ] && $(heeds_quit) && kill -QUIT $$PPID && sleep 0.3; } \
	    ,$(exercises_sh) nearest exercise '$(N)' $(exercises))
exercise-program: $(exercise:%=$(out)/%/$(form)) $(call tests_of,$(exercise))

hint: ## show the hint of an exercise (N=2.3), or the next one (HINT=2)
	@$(exercises_sh) $(if $(exercise),hint $(exercise) $(HINT),nearest exercise '$(N)' $(exercises))

exercise-programs solution-programs: %-programs: $(addprefix $(out)/,$(addsuffix /%,$(chosen_exercises))) $(call tests_of,$(chosen_exercises))
near-miss-programs: $(patsubst %,$(out)/%,$(call in_chapter,$(near_misses)))

# A skeleton may not compile while a learner works on it: the others are listed all the same.
exercises: needs_test ## list the exercises, and which you have solved
	@mkdir -p $(out)
	@$(MAKE) --keep-going exercise-programs >$(out)/exercises.log 2>&1 || true
	@$(exercises_sh) list $(chosen_exercises)

# The plain build is the learner's; sanitizers find faults that do not show there.
exercises-check: needs_test ## every skeleton and near miss fails by an assertion, every solution passes (CI)
	@$(MAKE) exercises-check-one
	@$(MAKE) SANITIZE=address,undefined exercises-check-one

exercises-check-one:
	@rm -rf $(chosen_exercises:%=$(out)/%)
	@$(MAKE) WERROR=1 exercise-programs solution-programs near-miss-programs
	@$(exercises_sh) check $(chosen_exercises)

# --- the pages ---------------------------------------------------------------------------------

docs: needs_docs all steps ## fill the pages with the listings, outputs, interfaces and line counts of today
	@docs/book.py write

docs-check: needs_docs all steps ## check that the pages show and name what there is (CI)
	@docs/book.py check
	@tests/bench/scale.py docs/scale.md docs/scale.pt-BR.md

vitepress := docs/site/node_modules/.bin/vitepress
BASE ?= /#       the site's place on its server: BASE=/book/ make site

# VitePress follows the links in the pages, and crawl.py those in menus and in HTML too: both fail where
# a link leads nowhere.
site: needs_site ## the book as a site in both languages, in build/site (BASE=/book/; make deps FOR=site brings VitePress)
	@docs/book.py site build/site-source
	@ln -sfn ../docs/site/node_modules build/node_modules # the pages' modules look for Vue in the folders above
	@BASE='$(BASE)' $(vitepress) build docs/site
	@docs/site/crawl.py build/site '$(BASE)'

site-check: needs_page ## check the site of make site in a browser: pictures, listings, copying, searching (CI)
	@export CK_TIMEOUT_MULTIPLIER=$(or $(CK_TIMEOUT_MULTIPLIER),8); node tests/browser/site.mjs build/site '$(BASE)' && \
	if command -v "$${FIREFOX:-firefox-esr}" firefox >/dev/null; then BROWSER=firefox node tests/browser/site.mjs build/site '$(BASE)'; fi

site-preview: site ## make the site, and serve it on this machine (PORT=4173)
	@BASE='$(BASE)' $(vitepress) preview docs/site --port $(or $(PORT),4173)

# --- recordings and pictures -------------------------------------------------------------------

# The scenarios of the chat need Python's websockets, and that of the cluster needs Redis.
recording: needs_test all steps ## a program at work, recorded: build/recordings/NAME.json (NAME=echo)
	@BIN=$(or $(bin),.) docs/pictures.sh record '$(NAME)'

drawn_program = $(if $(N),$(step:%=$(out)/%),$(PROGRAM:%=$(bin)%))
picture: needs_picture ## a program at work, drawn (PROGRAM=01-event-loop/hello or N=1.4 ARGS="..." FROM=0 TO=9.5 ROWS=loop)
	@$(if $(drawn_program),$(MAKE) -s $(drawn_program),echo 'Which program? make picture PROGRAM=01-event-loop/hello ARGS="--times 3"'; exit 2)
	@FROM='$(FROM)' TO='$(TO)' ROWS='$(ROWS)' docs/pictures.sh run $(drawn_program) $(ARGS)

# stroke is a short part of the same recording as timer.
pictures := timer stroke order iteration turns blocking executor detached echo maze chat cluster
pictures: $(pictures:%=picture-%) $(patsubst %.dot,%.svg,$(wildcard docs/pictures/*.dot)) ## make all pictures of docs/pictures again, from recordings
picture-%: all
	@$(MAKE) recording NAME=$(patsubst stroke,timer,$*)
	docs/pictures.sh draw $*

docs/pictures/%.svg: docs/pictures/%.dot | needs_docs
	dot -Tsvg -o $@ $<

.PHONY: recording picture pictures docs docs-check site site-check site-preview steps step diff exercise exercise-program hint exercises exercises-check exercises-check-one exercise-programs solution-programs near-miss-programs
