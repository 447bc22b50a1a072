/*
 * When what was said in a room leaves. Each time it does, it costs a system call for every member,
 * however much it is; so messages that come steadily are held a little, and leave together.
 *
 * Whether that pays is tried: if others come while some are held, it goes on; if in vain, it is
 * given up, and tried again ever more rarely. So those who wait for each other's answers hardly
 * ever wait for the delay. Where writing takes far longer than the delay, there is nothing to lose.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is a room in which nothing was said yet. Times are nanoseconds of any clock that goes
 * on. */
struct websocket_pace {
    size_t messages; /* that wait */
    size_t seen;     /* of them, at the end of the last pass, or when the hold began */
    size_t passes;   /* in which others came */
    bool held, due;
    uint64_t held_since;
    bool joined;        /* others came while it was held */
    uint64_t left;      /* when the last ones left; 0: none have */
    uint64_t took;      /* how long it took to write them */
    unsigned credit;    /* holds that may be in vain before it is given up */
    unsigned immediate; /* how many times they leave at once before it is tried again */
    unsigned given_up;  /* the last value of that: it doubles */
};

enum websocket_leave {
    LEAVE_NOW,
    LEAVE_NEXT_PASS, /* ask again then: more may be there already */
    LEAVE_HELD,      /* until websocket_pace_due */
};

/* A message more waits. */
void websocket_pace_message(struct websocket_pace *pace, uint64_t now);

/* At the end of a pass, with messages that wait: when they leave. longest: how many nanoseconds
 * they may be held. Once it has said LEAVE_HELD, so it does until due is set. */
enum websocket_leave websocket_pace_ask(
    struct websocket_pace *pace, size_t members, uint64_t longest, uint64_t now);

/* They have left: from began to now they were written. */
void websocket_pace_left(struct websocket_pace *pace, uint64_t began, uint64_t now);
