"""Label models, selection rules, losses and the transformer classifier.

Names are imported when they are first used: a label model should not wait for torch. They stand in ``__init__.pyi``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
