"""Self-training rounds, pipeline files, run folders, the report and the command line.

Names are imported when they are first used: the command line lives in this room, and its ``--help`` should not wait
for torch. They stand in ``__init__.pyi``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
