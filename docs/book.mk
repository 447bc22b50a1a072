# The book's programs. A step is one file, NN-chapter/steps/N-words.c. An exercise is a folder,
# NN-chapter/exercises/N-words/, with exercise.c, solution.c and test.c:
#
#   with an exercise.h     the test calls the functions that it declares: both are one program
#   without                the test starts the exercise, child_start(&child, getenv("EXERCISE"), ...)
#
# README.md sets the task, hint.md has the hints, each under a heading, and solution.md explains the
# solution. Its near-misses/NAME.c are wrong solutions that people write; the test has to fail for
# each. tests/exercises.sh says what their first comment has to say.

# GCC knows what snprintf returns, and would leave out a check whose result it knows.
$(out)/04-chat-server/exercises/4-%.o: compile += -fno-builtin-snprintf

step: ## build and run a step: chapter.number (N=1.3 ARGS="...")
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
