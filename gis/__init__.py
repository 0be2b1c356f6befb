"""Guatu's library: data comes in, is stored, is analysed, is drawn. It knows no HTTP."""

__version__ = "0.1.0"
