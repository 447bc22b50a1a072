/*
 * Finds the keys in the bytes that a terminal sends.
 *
 * Most keys are one byte. The others are an escape sequence, several bytes that begin with ESC: the
 * left arrow is ESC [ D, or ESC O D in the terminal's application mode. The game does not know what
 * most sequences mean, but it has to know where they end: Shift with the up arrow sends ESC [ 1 ; 2
 * A, and that 2 is not a key. ECMA-48 defines the syntax.
 */
#pragma once

#include <stdint.h>

/* How much of a sequence has arrived. All zero is the start. */
struct keys {
    enum {
        KEYS_PLAIN,
        KEYS_ESCAPE,  /* after ESC */
        KEYS_CONTROL, /* after ESC [: parameters, then a letter */
        KEYS_LAST,    /* the same, after a byte that only a letter may follow */
        KEYS_KEYPAD,  /* after ESC O: perhaps parameters, then a letter */
        KEYS_CHARSET, /* after ESC and a punctuation mark, as in ESC ( 0 */
        KEYS_STRING,  /* after ESC P, ESC ] and the like: a text, up to BEL or ESC \ */
    } state;
    uint64_t begun;        /* when ESC came */
    unsigned parameters;   /* of this sequence, until now */
    unsigned skipped;      /* how many of the next bytes to ignore */
    unsigned continuation; /* how many more bytes of a UTF-8 character may follow */
};

/* Takes the next byte. now is a time in milliseconds. Returns the key that the byte completes, or
 * 0. An arrow is returned as the digit on the same key of the numeric keypad: '4' left, '6' right,
 * '8' up, '2' down. The keys of the keypad are digits in every mode. If a sequence has not ended
 * five seconds after its ESC, that was the key Esc, and the next byte is a key again. */
int keys_take(struct keys *self, unsigned char byte, uint64_t now);
