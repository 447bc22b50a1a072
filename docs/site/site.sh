#!/bin/sh
# The book as a site in both languages, in build/site.
#
#   site.sh build      makes it
#   site.sh check      checks it in Chromium, and in Firefox if there is one
#   site.sh preview    serves it on this machine, at PORT=4173
#
#   BASE=/book/        the site's place on its server

set -eu

export BASE="${BASE:-/}"
vitepress=docs/site/node_modules/.bin/vitepress
case $1 in
build)
    docs/book.py site build/site-source
    ln -sfn ../docs/site/node_modules build/node_modules # the pages' modules look for Vue in the folders above
    "$vitepress" build docs/site
    # VitePress follows the links in the pages, and crawl.py those in menus and in HTML too.
    docs/site/crawl.py build/site "$BASE"
    ;;
check)
    export CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-8}"
    node tests/browser/site.mjs build/site "$BASE"
    ! command -v "${FIREFOX:-firefox-esr}" firefox >/dev/null ||
        BROWSER=firefox node tests/browser/site.mjs build/site "$BASE"
    ;;
preview) "$vitepress" preview docs/site --port "${PORT:-4173}" ;;
esac
