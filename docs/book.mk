# The book's programs. A step is one file, NN-chapter/steps/N-words.c. An exercise is a folder,
# NN-chapter/exercises/N-words/, with exercise.c, solution.c and test.c:
#
#   with an exercise.h     the test calls the functions that it declares: both are one program
#   without                the test starts the exercise, child_start(&child, getenv("EXERCISE"), ...)
#
# README.md sets the task, hint.md has the hints, each under a heading, and solution.md explains the
# solution. Its near-misses/NAME.c are wrong solutions that people write; the test has to fail for
# each. tests/exercises.sh says what their first comment has to say.

<<<<<<< HEAD
step: ## build and run a step: chapter.number (N=1.3 ARGS="...")
=======
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
$(out)/04-chat-server/exercises/3-%: LDFLAGS += -Wl,--wrap=task_yield
$(out)/02-coroutines-echo/exercises/2-%: LDFLAGS += -Wl,--wrap=send
$(out)/03-keyboard-maze/exercises/4-%: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,task_yield task_sleep future_wait)

chosen_steps := $(call in_chapter,$(steps))
steps: $(chosen_steps:%=$(out)/%) ## build every step of the lessons (CHAPTER=01-event-loop: of one)

>>>>>>> ex34
diff: ## show what a step changed since the step before it (N=2.6)
exercise: needs_test ## build and test an exercise (N=2.3), or its solution (SOLUTION=1)
hint: ## show the hint of an exercise (N=2.3), or the next one (HINT=2)
step diff exercise hint:
	@exec docs/lesson.sh $@ '$(N)' $(ARGS)

exercises: needs_test ## list the exercises, and which you have solved
	@docs/lesson.sh exercises

exercises-check: needs_test ## every skeleton and near miss fails by an assertion, every solution passes (CI)
	@docs/lesson.sh check
	@$(if $(SANITIZE),,$(MAKE) SANITIZE=address,undefined exercises-check)

# --- the pages, the site, recordings and pictures ----------------------------------------------

docs: needs_docs all steps ## fill the pages with the listings, outputs, interfaces and line counts of today
	@docs/book.py write

docs-check: needs_docs all steps ## check that the pages show and name what there is (CI)
	@docs/book.py check
	@tests/bench/scale.py docs/scale.md docs/scale.pt-BR.md

site: needs_site ## the book as a site in both languages, in build/site (BASE=/book/; make deps FOR=site)
	@docs/site/site.sh build

site-check: needs_page ## check in a browser what make site made: pictures, listings, copying, searching (CI)
	@docs/site/site.sh check

site-preview: site ## make the site, and serve it on this machine (PORT=4173)
	@docs/site/site.sh preview

# The scenarios of the chat need Python's websockets, and that of the cluster needs Redis.
recording: needs_test all steps ## a program at work, recorded: build/recordings/NAME.json (NAME=echo)
	@docs/pictures.sh record '$(NAME)'

pictures: needs_test needs_docs all steps ## make all pictures of docs/pictures again, from recordings
	@docs/pictures.sh all

# FROM, TO and ROWS choose a part of it: FROM=0 TO=9.5 ROWS=loop.
picture: needs_picture ## a program at work, drawn (PROGRAM=01-event-loop/hello or N=1.4 ARGS="...")
	@docs/pictures.sh run $(ARGS)
