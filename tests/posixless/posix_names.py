"""What only POSIX has: modules, and names of ``os`` and ``signal``."""

import signal

_MODULES = "fcntl resource pwd grp spwd termios tty pty posix syslog readline curses crypt nis"
_OF_OS = (
    "chown chroot confstr ctermid fchdir fchmod fchown fork forkpty getegid geteuid getgid "
    "getgroups getpgid getpgrp getpriority getsid getuid initgroups killpg lchown lockf mkfifo "
    "mknod nice openpty pathconf pipe2 posix_spawn pread pwrite register_at_fork sched_getaffinity "
    "sched_setaffinity sched_yield sendfile setegid seteuid setgid setpgid setpriority setsid "
    "setuid statvfs sync sysconf tcgetpgrp ttyname uname wait wait3 wait4 waitid WNOHANG WIFEXITED "
    "O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_NONBLOCK O_SYNC O_TMPFILE"
)
_OF_SIGNAL = (
    "alarm getitimer setitimer siginterrupt pause pthread_kill pthread_sigmask sigpending sigwait "
    "sigwaitinfo sigtimedwait ITIMER_PROF ITIMER_REAL ITIMER_VIRTUAL"
)
_SIGNALS = "SIGABRT SIGFPE SIGILL SIGINT SIGSEGV SIGTERM SIG_DFL SIG_IGN"
POSIX_MODULES = frozenset(_MODULES.split())
POSIX_OF_OS = frozenset(_OF_OS.split())
POSIX_OF_SIGNAL = frozenset(_OF_SIGNAL.split()) | {
    name for name in dir(signal) if name.startswith("SIG") and name not in _SIGNALS.split()
}
