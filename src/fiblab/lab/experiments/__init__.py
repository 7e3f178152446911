"""The experiments, one module each: what is asked, done and judged.

Each module holds one `EXPERIMENT`; `registry` lists them in the order in which they are learnt.
"""
