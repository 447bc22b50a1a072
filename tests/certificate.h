/*
 * A certificate for localhost that vouches for itself, made on the spot by the openssl command, in
 * files of the running test. Functions fail the test when they cannot do what they say.
 */
#pragma once

struct certificate {
    char directory[64];
    char certificate[96], key[96]; /* PEM */
    char other_key[96];            /* of no certificate */
};

void certificate_make(struct certificate *made);
