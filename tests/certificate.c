#include "certificate.h"

#include <stdio.h>
#include <stdlib.h>

#include "support.h"

static void run(const char *command)
{
    int status = system(command);
    if (status != 0)
        ck_abort_msg("%s\nstatus %d: `make deps` installs openssl", command, status);
}

void certificate_make(struct certificate *made)
{
    char command[640];
    temporary_directory(made->directory, "certificate");
    snprintf(made->certificate, sizeof(made->certificate), "%s/cert.pem", made->directory);
    snprintf(made->key, sizeof(made->key), "%s/key.pem", made->directory);
    snprintf(made->other_key, sizeof(made->other_key), "%s/other.pem", made->directory);
    snprintf(command, sizeof(command),
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 "
        "-out %s -keyout %s 2>/dev/null",
        made->certificate, made->key);
    run(command);
    snprintf(command, sizeof(command),
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out %s 2>/dev/null",
        made->other_key);
    run(command);
}
