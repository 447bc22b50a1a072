#include "04-chat-server/websocket/pace.h"

#define FEW 8             /* members for whom a pass costs no less than the calls that it saves */
#define PASSES 8          /* that bring more, until it leaves all the same */
#define IDLE 4            /* delays without a message: nothing is to be expected */
#define LONG 2            /* delays that writing takes: one more does not matter */
#define PROMPT 250000     /* ns: who answers to the last ones does so within that */
#define CREDIT 8          /* holds in vain, after one that was not */
#define FIRST_TRIAL 16    /* batches that leave at once after the first trial in vain */
#define RAREST_TRIAL 1024 /* and after many */

void websocket_pace_message(struct websocket_pace *pace, uint64_t now)
{
    pace->messages++;
    if (pace->held && now - pace->held_since >= PROMPT)
        pace->joined = true;
}

static bool begin_to_hold(struct websocket_pace *pace, uint64_t longest, uint64_t now)
{
    if (pace->left == 0 || now - pace->left > IDLE * longest)
        return false;
    if (pace->took < LONG * longest && pace->immediate > 0) {
        pace->immediate--;
        return false;
    }
    pace->held = true;
    pace->held_since = now;
    return true;
}

enum websocket_leave websocket_pace_ask(
    struct websocket_pace *pace, size_t members, uint64_t longest, uint64_t now)
{
    if (pace->held)
        return pace->due ? LEAVE_NOW : LEAVE_HELD;
    if (longest == 0 || members < FEW)
        return LEAVE_NOW;
    if (pace->messages > pace->seen && pace->passes < PASSES) {
        pace->seen = pace->messages;
        pace->passes++;
        return LEAVE_NEXT_PASS;
    }
    return begin_to_hold(pace, longest, now) ? LEAVE_HELD : LEAVE_NOW;
}

static void judge_hold(struct websocket_pace *pace)
{
    if (pace->joined) {
        pace->credit = CREDIT;
        pace->given_up = 0;
    } else if (pace->credit > 0) {
        pace->credit--;
    } else {
        pace->given_up = pace->given_up ? 2 * pace->given_up : FIRST_TRIAL;
        if (pace->given_up > RAREST_TRIAL)
            pace->given_up = RAREST_TRIAL;
        pace->immediate = pace->given_up;
    }
}

void websocket_pace_left(struct websocket_pace *pace, uint64_t began, uint64_t now)
{
    if (pace->held)
        judge_hold(pace);
    pace->held = pace->due = pace->joined = false;
    pace->messages = pace->seen = pace->passes = 0;
    pace->left = now;
    pace->took = now - began;
}
