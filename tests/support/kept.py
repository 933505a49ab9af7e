"""How much an object keeps alive: everything that can be reached from it, in bytes.

In: an object, and what is not its own (a store, a clock) and so is not counted. Classes, functions and
modules are not counted either.
"""

import gc
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType


def kept(root: object, *others: object) -> int:
    """Bytes of all objects that `root` holds, each counted once."""
    seen = {id(other) for other in others}
    total, waiting = 0, [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | FunctionType | BuiltinFunctionType | ModuleType):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return total
