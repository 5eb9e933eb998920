"""A Python that looks to our package as one of Windows does, as far as Linux can play that.

With this folder on its path, a process, and every child that it starts, shows the modules of
``pipeline``, and no others, a world without what only POSIX has: the modules are not there, nor are
the functions and signals of ``os`` and ``signal``; ``sys.platform`` is ``win32``; children begin
anew instead of being forked. Libraries do on Windows what they do there, and are left as they are.
"""

import builtins
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

from posix_names import POSIX_MODULES, POSIX_OF_OS, POSIX_OF_SIGNAL

NEW_GROUP, NO_WINDOW = 0x200, 0x8000000
FRENCH = 0x40C


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    """Knows the flags of Windows, and a group of processes by them, but no session."""

    def __init__(self, *given: Any, creationflags: int = 0, **named: Any) -> None:
        assert not named.keys() & {"start_new_session", "preexec_fn", "pass_fds", "process_group"}
        super().__init__(*given, **named, process_group=0 if creationflags & NEW_GROUP else None)


def without(module: ModuleType, *, lacks: frozenset[str] = frozenset(), **has: Any) -> ModuleType:
    """The module as it is on Windows; what is set on it, is set on it."""

    class Seen(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name in lacks:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return has[name] if name in has else getattr(module, name)

        def __setattr__(self, name: str, value: Any) -> None:
            setattr(module, name, value)

    return Seen(module.__name__)


class Kernel32:
    @staticmethod
    def GetUserDefaultUILanguage() -> int:  # noqa: N802
        return FRENCH


class Windll:
    kernel32 = Kernel32


def on_windows() -> dict[str, ModuleType]:
    import ctypes
    import socket

    return {
        "os": without(os, lacks=POSIX_OF_OS),
        "signal": without(signal, lacks=POSIX_OF_SIGNAL),
        "sys": without(sys, platform="win32"),
        "ctypes": without(ctypes, windll=Windll),
        "socket": without(
            socket, lacks=frozenset({"AF_UNIX"}), SO_EXCLUSIVEADDRUSE=socket.SO_REUSEADDR
        ),
        "subprocess": without(
            subprocess, Popen=Popen, CREATE_NEW_PROCESS_GROUP=NEW_GROUP, CREATE_NO_WINDOW=NO_WINDOW
        ),
    }


SEEN = on_windows()


def imported(name: str, *given: Any, **named: Any) -> ModuleType:
    """``__import__``, as the package has it."""
    if name.partition(".")[0] in POSIX_MODULES:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return SEEN[name] if name in SEEN else builtins.__import__(name, *given, **named)


class Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = vars(builtins) | {"__import__": imported}
        code = self.get_code(module.__name__)
        assert code is not None
        exec(code, module.__dict__)


class Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name.partition(".")[0] == "pipeline" else None
        if spec and spec.origin:
            spec.loader = Loader(name, spec.origin)
        return spec


sys.meta_path.insert(0, Finder())
multiprocessing.set_start_method("spawn", force=True)
