"""The lab: where every guarantee of the system is broken on purpose, seen, and checked.

The top layer: it may use everything below, and nothing below knows of it. A production server or
worker never imports it.
"""
