from .refinement import FewGoldMetrics, FewGoldResult, check_few_gold, refine
from .settings import FewGold, LittleGold

__all__ = ["FewGold", "FewGoldMetrics", "FewGoldResult", "LittleGold", "check_few_gold", "refine"]
