"""The legend below a picture: a sample and a word for each sign that the picture contains."""

from xml.sax.saxutils import escape

LINE = 20
LETTER = 6.5  # width of one in a word

# look or name of a mark: its word in English, in Portuguese
WORDS = {
    "loop": ("an iteration", "uma iteração"),
    "poll": ("the loop sleeps", "o loop dorme"),
    "phase": ("a phase of the iteration", "uma fase da iteração"),
    "callback": ("a callback", "um callback"),
    "run": ("the task runs", "a tarefa roda"),
    "ready": ("ready, in the queue", "pronta, na fila"),
    "wait": ("the task waits", "a tarefa espera"),
    "work": ("work on a thread", "trabalho numa thread"),
    "wake": ("wakes", "acorda"),
    "timer set": ("a timer is set", "um timer é marcado"),
    "timer fired": ("a timer fires", "um timer vence"),
    "timer stopped": ("a timer is stopped", "um timer é parado"),
    "recv": ("bytes received", "bytes recebidos"),
    "send": ("bytes sent", "bytes enviados"),
    "accept": ("a new connection", "uma nova conexão"),
}
HEIGHTS = {"loop": 4, "poll": 8, "wait": 8}  # of the sample of a spell


def _both(x, y, words):
    """The reader's language decides which of the two is shown."""
    english, portuguese = map(escape, words)
    return (f'<switch><text systemLanguage="pt" x="{x}" y="{y}">{portuguese}</text>'
            f'<text x="{x}" y="{y}">{english}</text></switch>')


def _sample(sign, x, y, shape):
    if sign in ("run", "ready", "wait", "poll", "phase", "callback", "work", "loop"):
        height = HEIGHTS.get(sign, 12)
        return (f'<g class="sample {sign}"><rect x="{x}" y="{y + 6 - height}" width="16"'
                f' height="{height}"/></g>')
    if sign == "wake":
        return (f'<g class="wake"><path d="M{x + 6} {y - 7}V{y + 2}"/>'
                f'<path class="head" d="M{x + 6} {y + 7}l-3.5 -7h7z"/></g>')
    return shape(sign, str(x + 6), y)


def legend(signs, top, left, right, shape):
    """The parts of the legend, and its height. shape draws a mark: (name, x, y)."""
    parts, x, y = [], left, top + LINE / 2
    for sign in (sign for sign in WORDS if sign in signs):
        width = 22 + max(map(len, WORDS[sign])) * LETTER + 14
        if x + width > right and x > left:
            x, y = left, y + LINE
        parts += [_sample(sign, round(x), round(y), shape),
                  _both(round(x) + 22, round(y) + 4, WORDS[sign])]
        x += width
    return parts, round(y + LINE / 2 - top) + 4
