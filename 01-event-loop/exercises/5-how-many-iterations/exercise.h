/* The functions that the test calls. */
#pragma once

/* Returns how many iterations the loop needs for that many calls, each of which schedules the next
 * with loop_call_soon; or a negative libuv error. */
long iterations_of_chain(long calls);

/* The same for calls that are all scheduled before the loop runs. */
long iterations_of_row(long calls);
