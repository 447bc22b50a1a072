"""What the system's Python answers: python3 reference.py utf8|words < CASES

A case is a line of bytes in hexadecimal; so is its answer.
utf8: the text, bad bytes replaced, in UTF-8.
words: how many words shlex.split finds, a colon, and the words with commas between; or "error".
"""

import shlex
import sys


def in_hex(data):
    return data.hex(" ").upper()


def utf8(data):
    return in_hex(data.decode("utf-8", errors="replace").encode())


def words(data):
    try:
        found = shlex.split(data.decode())
    except ValueError:
        return "error"
    return f"{len(found)}:" + ",".join(in_hex(word.encode()) for word in found)


answer = {"utf8": utf8, "words": words}[sys.argv[1]]
for line in sys.stdin:
    print(answer(bytes.fromhex(line)))
