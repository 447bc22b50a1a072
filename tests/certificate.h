/*
 * A self-signed certificate for localhost, made by the openssl command, in files of the running
 * test. The functions fail the test if they fail.
 */
#pragma once

struct certificate {
    char directory[64];
    char certificate[96], key[96]; /* PEM */
    char other_key[96];            /* a key that belongs to no certificate */
};

void certificate_make(struct certificate *made);
