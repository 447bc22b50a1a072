# The book's programs. A step is one file, NN-chapter/steps/N-words.c. An exercise is a directory,
# NN-chapter/exercises/N-words/, with exercise.c (or solution.c) and test.c:
#
#   with an exercise.h     the test calls what that declares: all is one program
#   without                the test runs it as a program, child_start(&child, getenv("EXERCISE"), ...)
#
# Both link their chapter's archives.

N        ?=#  make step N=1.3, make exercise N=2.3: chapter.number
SOLUTION ?=#  1: make exercise runs the solution instead

chosen_chapters := $(or $(CHAPTER),$(chapters))
in_numeric_order = $(shell printf '%s\n' $(1) | sort -V)
steps := $(patsubst %.c,%,$(call in_numeric_order,$(wildcard $(chapters:%=%/steps/*.c))))
exercises := $(patsubst %/test.c,%,$(call in_numeric_order,$(wildcard $(chapters:%=%/exercises/*/test.c))))
chosen_steps := $(filter $(chosen_chapters:%=%/%),$(steps))
chosen_exercises := $(filter $(chosen_chapters:%=%/%),$(exercises))

# numbered KIND: the one that N names, of steps or exercises.
numbered = $(filter 0$(firstword $(subst ., ,$(N)))-%,$(filter \
    $(chapters:%=%/$(1)/$(word 2,$(subst ., ,$(N)))-%),$($(1))))
step := $(call numbered,steps)
exercise := $(call numbered,exercises)

chapter_of_path = $(firstword $(subst /, ,$(1)))
book_libraries = $(call libraries,$(2) $(libs_$(call chapter_of_path,$(1)))) -lm

define step_rule
$(out)/$(1): $(out)/$(1).c.o $(call archives,$(call chapter_of_path,$(1)))
	$$(call say,link)$$(link) -o $$@ $$^ $$(call book_libraries,$(1))
endef

# exercise_rule DIRECTORY,FORM: a form is exercise or solution.
define exercise_rule
$(out)/$(1)/$(2): $(out)/$(1)/$(2).c.o $(if $(wildcard $(1)/exercise.h),$(out)/$(1)/test.c.o $(support)) \
    $(call archives,$(call chapter_of_path,$(1)))
	$$(call say,link)$$(link) -o $$@ $$^ $$(call book_libraries,$(1),check)
endef
define exercise_test_rule
$(out)/$(1)/test: $(out)/$(1)/test.c.o $(support) $(library)
	$$(call say,link)$$(link) -o $$@ $$^ $$(call book_libraries,$(1),check)
endef
$(out)/02-coroutines-echo/exercises/5-%: LDFLAGS += -Wl,--wrap=send
tested_programs := $(foreach one,$(exercises),$(if $(wildcard $(one)/exercise.h),,$(one)))

# Asking each file what it links takes a while: not for commands that build none.
book_goals := docs docs-check steps step exercise exercises exercises-check-one exercise-programs solution-programs $(out)/0%
ifneq ($(filter $(book_goals),$(MAKECMDGOALS)),)
$(foreach one,$(steps),$(eval $(call step_rule,$(one))))
$(foreach one,$(exercises),$(foreach form,exercise solution,$(eval $(call exercise_rule,$(one),$(form)))))
$(foreach one,$(tested_programs),$(eval $(call exercise_test_rule,$(one))))
endif

steps: $(chosen_steps:%=$(out)/%) ## build every step of the lessons (CHAPTER=01-event-loop: of one)

step: $(step:%=$(out)/%) ## build and run a step (N=1.3 ARGS="...")
	@$(if $(step),$< $(ARGS),echo 'Which step? make step N=1.3 is the third of chapter 1. There are:'; \
	    printf '  %s.c\n' $(chosen_steps); exit 2)

test_of = $(filter $(tested_programs:%=$(out)/%/test),$(1:%=$(out)/%/test))
form := $(if $(SOLUTION),solution,exercise)
exercises_sh = OUT=$(out) tests/exercises.sh

exercise: $(exercise:%=$(out)/%/$(form)) $(call test_of,$(exercise)) ## build and test an exercise (N=2.3), or its solution (SOLUTION=1)
	@$(if $(exercise),$(exercises_sh) try $(exercise) $(form),echo \
	    'Which exercise? make exercise N=2.3 is the third of chapter 2; make exercises lists them.'; exit 2)

exercise-programs: $(chosen_exercises:%=$(out)/%/exercise) $(call test_of,$(chosen_exercises))
solution-programs: $(chosen_exercises:%=$(out)/%/solution) $(call test_of,$(chosen_exercises))

# A skeleton need not compile while somebody works on it: the others are listed all the same.
exercises: ## which exercises there are, and which you have solved
	@mkdir -p $(out)
	@$(MAKE) --keep-going exercise-programs >$(out)/exercises.log 2>&1 || true
	@$(exercises_sh) list $(chosen_exercises)

# As a learner builds them, and with sanitizers, which see what a lucky run does not.
exercises-check: ## every skeleton fails by an assertion, every solution passes (CI)
	@$(MAKE) exercises-check-one
	@$(MAKE) SANITIZE=address,undefined exercises-check-one

exercises-check-one:
	@rm -rf $(chosen_exercises:%=$(out)/%)
	@$(MAKE) WERROR=1 exercise-programs solution-programs
	@$(exercises_sh) check $(chosen_exercises)

# --- the pages ---------------------------------------------------------------------------------

docs: all steps ## fill the pages with the listings, outputs and interfaces that are now
	@docs/book.py write

docs-check: all steps ## what the pages show and name is what there is (CI)
	@docs/book.py check

# VitePress follows links into what it builds: one that leads nowhere fails.
site: ## the book as a site in both languages, in build/site (make deps FOR=site brings VitePress)
	@tests/setup/packages.sh check site
	@docs/book.py site build/site-source
	@ln -sfn ../docs/site/node_modules build/node_modules # the pages' modules look for Vue above them
	@docs/site/node_modules/.bin/vitepress build docs/site

.PHONY: docs docs-check site steps step exercise exercises exercises-check exercises-check-one exercise-programs solution-programs
