from .refinement import FewGoldMetrics, FewGoldResult, refine
from .rows import check_few_gold
from .settings import FewGold, LittleGold

__all__ = ["FewGold", "FewGoldMetrics", "FewGoldResult", "LittleGold", "check_few_gold", "refine"]
