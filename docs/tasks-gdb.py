"""Tasks in gdb, of a live process as of a core file:

    gdb -x docs/tasks-gdb.py PROGRAM        or, in gdb:  source docs/tasks-gdb.py

    tasks                     the tree: number, name, what each waits for, from which line
    tasks backtrace [TASK]    the backtrace of one (its number, or a name), or of all that wait
    tasks select [TASK]       bt, up, info locals, ... tell of that task; without TASK, and once
                              the program goes on, of the thread again

docs/debugging.md shows how they look.
"""
from contextlib import contextmanager
from types import SimpleNamespace

import gdb
import gdb.types
import gdb.unwinder

MAX_SIBLINGS = 100  # of a scope that "tasks" shows one by one, as common/observe/task_tree.c does


# --- where a suspended task is -----------------------------------------------------------------
# With which registers it goes on: what common/coroutine/x86_64.S, aarch64.S or ucontext.c saved.

def saved_by_x86_64(pointer):
    words = pointer.cast(gdb.lookup_type('unsigned long').pointer())
    registers = {name: words[i] for i, name in enumerate(('r15', 'r14', 'r13', 'r12', 'rbx', 'rbp'))}
    return {**registers, 'rip': words[6], 'rsp': (words + 7).cast(words[0].type)}


def saved_by_aarch64(pointer):
    words = pointer.cast(gdb.lookup_type('unsigned long').pointer())
    registers = {f'x{19 + i}': words[i] for i in range(12)}
    return {**registers, 'pc': registers['x30'], 'sp': (words + 20).cast(words[0].type)}


def saved_by_ucontext(pointer):
    machine = pointer.cast(gdb.lookup_type('ucontext_t').pointer())['uc_mcontext']
    if gdb.types.has_field(machine.type, 'gregs'):
        places = {'r12': 4, 'r13': 5, 'r14': 6, 'r15': 7, 'rbp': 10, 'rbx': 11, 'rsp': 15, 'rip': 16}
        return {name: machine['gregs'][place] for name, place in places.items()}
    registers = {f'x{i}': machine['regs'][i] for i in range(19, 30)}
    return {**registers, 'pc': machine['regs'][1], 'sp': machine['sp']}  # glibc returns to x1


def saved_registers(task):
    pointer = task['coroutine']['pointer']
    if gdb.lookup_static_symbol('start_context'):
        return saved_by_ucontext(pointer)
    if gdb.newest_frame().architecture().name().startswith('i386:x86-64'):
        return saved_by_x86_64(pointer)
    return saved_by_aarch64(pointer)


def frames():
    frame = gdb.newest_frame()
    while frame:
        yield frame
        frame = frame.older()


class Suspended(gdb.unwinder.Unwinder):
    """Shows the selected task's frames. A core file's registers cannot be set, so the thread's
    innermost frame is made one that the task has called, and left out of backtraces."""

    def __init__(self):
        super().__init__('suspended-task')
        self.priority = 0
        self.task = None
        self.select(None)
        gdb.unwinder.register_unwinder(None, self, replace=True)
        gdb.frame_filters[self.name] = self

    def select(self, task):
        self.enabled = False
        gdb.invalidate_cached_frames()
        self.task = task
        if task is None:
            return
        self.registers = saved_registers(task)
        # Calls that the compiler put inline have no frame of their own to be unwound.
        own = next(frame for frame in frames() if frame.type() != gdb.INLINE_FRAME)
        self.level = own.level()
        self.enabled = True
        gdb.invalidate_cached_frames()
        next(frame for frame in frames() if self.is_of_task(frame)).select()

    def is_of_task(self, frame):
        return frame.level() > self.level

    def __call__(self, pending_frame):
        if pending_frame.level() != self.level:
            return None
        # A frame has to lie deeper than its caller's.
        frame_id = SimpleNamespace(sp=self.task['coroutine']['pointer'])
        unwound = pending_frame.create_unwind_info(frame_id)
        for name, value in self.registers.items():
            unwound.add_saved_register(name, value)
        return unwound

    def filter(self, frames):
        return (frame for frame in frames if self.is_of_task(frame.inferior_frame()))


suspended = Suspended()
gdb.events.cont.connect(lambda event: suspended.select(None))


@contextmanager
def afterwards_as_before():
    """Whatever thread, task and frame are selected inside."""
    thread, task = gdb.selected_thread(), suspended.task
    if thread is None:
        raise gdb.GdbError('There is no process and no core file.')
    level = gdb.selected_frame().level()
    suspended.select(None)
    try:
        yield
    finally:
        thread.switch()
        suspended.select(task)
        next(frame for frame in frames() if frame.level() == level).select()


# --- which tasks there are ---------------------------------------------------------------------

def pool_and_running():
    """The pool of the loop that a thread runs, and the task that runs, or None. The stack of the
    thread ends in task_run, that of a task in task_main."""
    threads = sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num)
    for thread in [gdb.selected_thread(), *threads]:
        thread.switch()
        for frame in frames():
            if frame.name() == 'task_main':
                task = frame.read_var('task')
                return task['pool'], task
            if frame.name() == 'task_run':
                return frame.read_var('pool'), None
    raise gdb.GdbError('No thread is in task_run.')


def scopes_of(task):
    scope = task['scopes']
    while scope:
        yield scope
        scope = scope['outer']


def children_of(scope):
    child = scope['children']['tqh_first']
    while child:
        yield child
        child = child['siblings']['tqe_next']


def descent(task):
    yield task
    for scope in scopes_of(task):
        for child in children_of(scope):
            yield from descent(child)


def name_of(task):
    return task['name'].string()


def is_suspended(task, running):
    return bool(task['begun']) and not task['ended'] and task != running


def state_of(task, running):
    if task['wait']:
        return task['wait']['what'].string()
    if task['ended']:
        return 'ended'
    if task == running:
        return 'running'
    return 'ready' if task['begun'] else 'not begun'


def place_of(task):
    """The innermost call that is not one of the library's own."""
    suspended.select(task)
    for frame in frames():
        line = frame.find_sal()
        file = line.symtab.filename if line.symtab and suspended.is_of_task(frame) else 'common/'
        if not file.startswith('common/'):
            return f', in {frame.name()} ({file.rpartition("/")[2]}:{line.line})'
    return ''


def chosen(argument):
    """The tasks that a number or a name means, all for '', and the one that runs."""
    pool, running = pool_and_running()
    tasks = list(descent(pool['root']))
    if argument:
        tasks = [task for task in tasks if argument in (str(task['number']), name_of(task))]
        if not tasks:
            raise gdb.GdbError(f'There is no task {argument}.')
    return tasks, running


# --- the commands ------------------------------------------------------------------------------

class Tasks(gdb.Command):
    """tasks: the tree of tasks: number, name, what each waits for, from which line."""

    def __init__(self):
        super().__init__('tasks', gdb.COMMAND_STACK, prefix=True)

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError(f'There is no "tasks {argument}": see "help tasks".')
        with afterwards_as_before():
            pool, running = pool_and_running()
            self.show(pool['root'], 0, running)

    def show(self, task, depth, running):
        place = place_of(task) if is_suspended(task, running) else ''
        print(f'{int(task["number"]):4} {"  " * depth}{name_of(task)}: '
              f'{state_of(task, running)}{place}')
        for scope in scopes_of(task):
            children = list(children_of(scope))
            for child in children[:MAX_SIBLINGS]:
                self.show(child, depth + 1, running)
            if len(children) > MAX_SIBLINGS:
                print(f'     {"  " * depth}  ... {len(children) - MAX_SIBLINGS} more')


class TasksBacktrace(gdb.Command):
    """tasks backtrace [TASK]: the backtrace of one task, by number or name, or of all that wait."""

    def __init__(self):
        super().__init__('tasks backtrace', gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        with afterwards_as_before():
            tasks, running = chosen(argument)
            for task in tasks:
                if argument or is_suspended(task, running):
                    self.show(task, running)

    def show(self, task, running):
        print(f'\ntask {task["number"]} ({name_of(task)}): {state_of(task, running)}')
        if task['ended'] or not task['begun']:
            return
        suspended.select(task if is_suspended(task, running) else None)
        gdb.execute('backtrace')


class TasksSelect(gdb.Command):
    """tasks select [TASK]: bt, up, info locals, ... tell of that task; without one, and once the
    program goes on, of the thread again."""

    def __init__(self):
        super().__init__('tasks select', gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        task = None
        if argument:
            with afterwards_as_before():
                tasks, running = chosen(argument)
            if len(tasks) > 1:
                raise gdb.GdbError(f'{len(tasks)} tasks are called {argument}: give a number.')
            task = tasks[0]
            if not is_suspended(task, running):
                raise gdb.GdbError(f'Task {argument} is not suspended: {state_of(task, running)}.')
        suspended.select(task)
        gdb.execute('frame')


Tasks()
TasksBacktrace()
TasksSelect()
