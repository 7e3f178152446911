"""Faults: what can befall a process, a store or the way between, on purpose and reversibly."""
