/*
 * The keys in the bytes that a terminal sends.
 *
 * Most keys are one byte. The others are an escape sequence, several bytes that begin with ESC: the
 * left arrow is ESC [ D, or ESC O D in the terminal's application mode. Of most sequences the game
 * does not know the meaning, but it has to know where they end: Shift with the arrow up sends
 * ESC [ 1 ; 2 A, whose 2 is no key. ECMA-48 defines the forms.
 */
#pragma once

#include <stdint.h>

/* Where in a sequence the terminal is. All zero is the start. */
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
    unsigned skipped;      /* that many bytes more have no meaning */
    unsigned continuation; /* that many bytes of a UTF-8 character may follow */
};

/* Takes the next byte. now is a time in milliseconds. Returns the key that the byte completes, or
 * 0. An arrow is the key of the numeric keypad that has it: '4' left, '6' right, '8' up, '2' down.
 * The keys of the keypad are digits in every mode. A sequence that has not ended five seconds after
 * its ESC is none: then somebody pressed the key Esc. */
int keys_take(struct keys *self, unsigned char byte, uint64_t now);
