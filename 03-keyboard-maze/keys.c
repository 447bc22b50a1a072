#include "03-keyboard-maze/keys.h"

#include <stdbool.h>

#define ESCAPE_TIMEOUT 5000 /* milliseconds */

enum { BELL = 0x07, CANCEL = 0x18, SUBSTITUTE = 0x1a, ESCAPE = 0x1b };

/*
 * The syntax of ECMA-48: ESC [ parameters intermediates final
 */

static bool is_intermediate(unsigned char byte)
{
    return byte >= 0x20 && byte <= 0x2f;
}

static bool is_parameter(unsigned char byte)
{
    return byte >= 0x30 && byte <= 0x3f;
}

static bool is_final(unsigned char byte)
{
    return byte >= 0x40 && byte <= 0x7e;
}

static int arrow(unsigned char final)
{
    return final == 'A' ? '8' : final == 'B' ? '2' : final == 'C' ? '6' : final == 'D' ? '4' : 0;
}

static int end(struct keys *self, int key)
{
    self->state = KEYS_PLAIN;
    return key;
}

/* The bytes of a UTF-8 character are not keys. Without this check, the second byte of some
 * characters would look like a control character. */
static bool is_inside_character(struct keys *self, unsigned char byte)
{
    if (self->continuation > 0 && (byte & 0xc0) == 0x80) {
        self->continuation--;
        return true;
    }
    /* 0xc2 is left out: it begins the characters U+0080 to U+00BF, whose second byte is equal to
     * the code point. So the control characters among them look as they do in an 8-bit character
     * set. */
    self->continuation = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte > 0xc2 ? 1 : 0;
    return false;
}

/*
 * The states. The function of each state takes the next byte.
 */

static int take_after_escape(struct keys *self, unsigned char byte)
{
    self->parameters = 0;
    switch (byte) {
    case '[':
        self->state = KEYS_CONTROL;
        return 0;
    case 'O':
        self->state = KEYS_KEYPAD;
        return 0;
    case 'P': /* a device control string; below, the other strings of ECMA-48, 5.6 */
    case 'X':
    case ']':
    case '^':
    case '_':
        self->state = KEYS_STRING;
        return 0;
    case '\\': /* the end of such a string */
        return end(self, 0);
    default:
        if (!is_intermediate(byte))
            return end(self, byte); /* the key Esc, and then another */
        self->state = KEYS_CHARSET;
        return 0;
    }
}

static int take_control(struct keys *self, unsigned char byte)
{
    if (self->state == KEYS_CONTROL && is_parameter(byte)) {
        self->parameters++;
        return 0;
    }
    if (is_intermediate(byte)) {
        self->state = KEYS_LAST;
        return 0;
    }
    if (!is_final(byte))
        return end(self, byte); /* rxvt's ESC [ 2 $ ends without a letter */
    if (self->parameters > 0 || self->state == KEYS_LAST)
        return end(self, 0);
    self->skipped = byte == 'M' ? 3 : byte == '[' ? 1 : 0; /* xterm's mouse; Linux' F1 to F5 */
    return end(self, arrow(byte));
}

static int take_keypad(struct keys *self, unsigned char byte)
{
    if (is_parameter(byte)) {
        self->parameters++;
        return 0;
    }
    if (!is_final(byte))
        return end(self, byte);
    if (self->parameters > 0)
        return end(self, 0);
    return end(self, byte >= 'p' && byte <= 'y' ? byte - 'p' + '0' : arrow(byte));
}

static int take_charset(struct keys *self, unsigned char byte)
{
    if (is_intermediate(byte))
        return 0;
    return end(self, is_parameter(byte) || is_final(byte) ? 0 : byte);
}

int keys_take(struct keys *self, unsigned char byte, uint64_t now)
{
    if (self->skipped > 0) {
        self->skipped--;
        return 0;
    }
    if (is_inside_character(self, byte))
        return 0;
    if (self->state != KEYS_PLAIN && now - self->begun > ESCAPE_TIMEOUT)
        self->state = KEYS_PLAIN;
    bool is_escape_and_letter = byte >= 0x80 && byte <= 0x9f; /* in one byte: 0x9b is ESC [ */
    if (byte == ESCAPE || is_escape_and_letter) {
        self->state = KEYS_ESCAPE;
        self->begun = now;
        if (is_escape_and_letter)
            take_after_escape(self, byte - 0x40); /* it is never a key itself */
        return 0;
    }
    if (byte == CANCEL || byte == SUBSTITUTE)
        return end(self, 0);
    switch (self->state) {
    case KEYS_PLAIN:
        return byte;
    case KEYS_ESCAPE:
        return take_after_escape(self, byte);
    case KEYS_CONTROL:
    case KEYS_LAST:
        return take_control(self, byte);
    case KEYS_KEYPAD:
        return take_keypad(self, byte);
    case KEYS_CHARSET:
        return take_charset(self, byte);
    case KEYS_STRING:
        return byte == BELL ? end(self, 0) : 0;
    }
    return 0;
}
