# Recordings of programs at work, and pictures made from them.

# The book's pictures: each has a scenario in docs/recordings, and shows this part of the recording.
pictures := timer stroke order iteration turns blocking executor detached echo maze chat cluster
part_timer := --to "timer fired:2+8"
part_stroke := --from "timer fired:1-0.03" --to "timer fired:1+0.045"
part_order := --rows loop --from "timer fired:2-0.009" --to "timer fired:3+0.009"
part_iteration := --rows loop,answer --from "callbacks:3-0.004" --to "send:1+0.010"
part_turns := --from "running:1-0.005"
part_echo := --from "recv:4-0.03" --to "recv:6+0.015"
part_chat := --rows loop,client --from "ws recv:97-0.06" --to "ws recv:97+0.14"
part_cluster := --rows "A loop,6,A cluster,B loop,B cluster" --from "ws recv:7-0.05" --to "ws recv:7+0.6"

# stroke is a short part of the same recording as timer.
recorded = $(if $(filter stroke,$(1)),timer,$(1))

recordings := build/recordings
drawn := docs/pictures
python := /usr/bin/python3

# The scenarios of the chat need Python's websockets, and that of the cluster needs Redis.
recording: needs_test all steps ## a program at work, recorded: build/recordings/NAME.json (NAME=echo)
	@mkdir -p $(recordings)
	@test -f 'docs/recordings/$(NAME).py' || { echo 'NAME is one of: $(filter-out stroke,$(pictures))'; exit 2; }
	BIN=$(or $(bin),.) $(python) docs/recordings/$(NAME).py $(recordings)/$(NAME).json

# The program, or the step of a lesson (N=2.4). FROM="recv:2-0.1" TO="send:2+0.1" are times before and
# after events (docs/picture.py --help).
drawn_program = $(if $(N),$(step:%=$(out)/%),$(PROGRAM:%=$(bin)%))
drawn_file = $(recordings)/$(notdir $(drawn_program))
# Ctrl+C ends the program; make goes on and draws the picture.
picture: needs_picture ## a program at work, drawn (PROGRAM=01-event-loop/hello or N=1.4 ARGS="..." FROM=0 TO=9.5 ROWS=loop)
	@test -n '$(drawn_program)' || \
	    { echo 'Which program? make picture PROGRAM=01-event-loop/hello ARGS="--times 3"'; exit 2; }
	@mkdir -p $(recordings)
	@$(MAKE) -s $(drawn_program)
	@rm -f $(drawn_file).json
	@echo 'TRACE=$(drawn_file).json $(drawn_program) $(ARGS)'
	@trap : INT; TRACE=$(drawn_file).json $(drawn_program) $(ARGS) || exit; \
	test -f $(drawn_file).json || { echo 'No recording: only programs on common/loop.h make one.'; exit 1; }; \
	$(python) docs/picture.py $(call options,FROM TO ROWS) $(drawn_file).json $(drawn_file).svg && \
	echo '$(drawn_file).svg'

pictures: $(pictures:%=picture-%) $(patsubst %.dot,%.svg,$(wildcard $(drawn)/*.dot)) ## make all pictures of docs/pictures again, from recordings
picture-%: all
	@$(MAKE) recording NAME=$(call recorded,$*)
	$(python) docs/picture.py $(part_$*) $(recordings)/$(call recorded,$*).json $(drawn)/$*.svg
	gzip -9 --no-name <$(recordings)/$(call recorded,$*).json >docs/recordings/$*.json.gz # the site shows the picture's own

$(drawn)/%.svg: $(drawn)/%.dot | needs_docs
	dot -Tsvg -o $@ $<

.PHONY: recording picture pictures
