/* What the test asks the exercise for. */
#pragma once

/* How many passes of the loop it takes until so many calls have run, each of which asks for the
 * next with loop_call_soon. Below 0: libuv's error. */
long passes_of_chain(long calls);

/* The same for so many calls that are all asked for before the loop runs. */
long passes_of_row(long calls);
