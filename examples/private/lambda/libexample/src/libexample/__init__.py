"""What the functions of this project share."""
from .greeting import greet

__all__ = ["greet"]
__version__ = "1.2.0"
