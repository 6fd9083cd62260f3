"""Demo data worth looking at: two organizations with a year behind them. The same every time."""

from lms.demo.loading import SIGN_INS, is_loaded, load

__all__ = ["SIGN_INS", "is_loaded", "load"]
