# A chapter's Makefile: builds and tests that chapter alone; the rules are in the Makefile above. The
# project's path may have spaces.
in_chapter := @$(MAKE) -C .. --no-print-directory CHAPTER=$(lastword $(notdir $(CURDIR)))
all:
	$(in_chapter) chapter
test steps step exercises exercise hint:
	$(in_chapter) $@
.PHONY: all test steps step exercises exercise hint
