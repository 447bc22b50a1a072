# Recordings of programs at work, and pictures made from them: of any program, and of the book.

# The book's: each is a scenario in docs/recordings, and the part of it that the picture shows.
pictures := timer turns blocking executor echo maze chat
part_timer :=
part_turns := --from "running:1-0.005"
part_blocking :=
part_executor :=
part_echo := --from "recv:1-0.04" --to "recv:6+0.1"
part_maze :=
part_chat := --rows loop,client --from "ws recv:97-0.06" --to "ws recv:97+0.14"

recordings := build/recordings
drawn := docs/pictures
python := /usr/bin/python3

recording: all ## a program at work, recorded: build/recordings/NAME.json (NAME=echo)
	@mkdir -p $(recordings)
	@test -f 'docs/recordings/$(NAME).py' || { echo 'NAME is one of: $(pictures)'; exit 2; }
	BIN=$(or $(bin),.) $(python) docs/recordings/$(NAME).py $(recordings)/$(NAME).json

# Of a program, or of a lesson's step (N=2.4). Times may stand before and after events: FROM="recv:2-0.1"
# TO="send:2+0.1" (docs/picture.py --help).
drawn_program = $(if $(N),$(step:%=$(out)/%),$(PROGRAM:%=$(bin)%))
drawn_file = $(recordings)/$(notdir $(drawn_program))
drawn_part = $(foreach name,FROM TO ROWS,$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) '$($(name))'))
# Ctrl+C ends the program, and make when the picture is drawn.
picture: ## a program at work, drawn (PROGRAM=01-event-loop/hello or N=1.4 ARGS="..." FROM=0 TO=9.5 ROWS=loop)
	@test -n '$(drawn_program)' || \
	    { echo 'Which one? make picture PROGRAM=01-event-loop/hello ARGS="--times 3"'; exit 2; }
	@mkdir -p $(recordings)
	@$(MAKE) -s $(drawn_program)
	@rm -f $(drawn_file).json
	@echo 'TRACE=$(drawn_file).json $(drawn_program) $(ARGS)'
	@trap : INT; TRACE=$(drawn_file).json $(drawn_program) $(ARGS) || exit; \
	test -f $(drawn_file).json || { echo 'No recording: only programs on common/loop.h make one.'; exit 1; }; \
	$(python) docs/picture.py $(drawn_part) $(drawn_file).json $(drawn_file).svg && \
	echo '$(drawn_file).svg'

pictures: $(pictures:%=picture-%) $(patsubst %.dot,%.svg,$(wildcard $(drawn)/*.dot)) ## all pictures of docs/pictures again, from recordings
picture-%: all
	@$(MAKE) recording NAME=$*
	$(python) docs/picture.py $(part_$*) $(recordings)/$*.json $(drawn)/$*.svg

$(drawn)/%.svg: $(drawn)/%.dot
	@tests/setup/packages.sh check docs
	dot -Tsvg -o $@ $<

.PHONY: recording picture pictures
