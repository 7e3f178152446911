"""The peers' jobs: each module is one peer's trivial job, configured for speed, and who submits it.

They run in their peer's own environment, know nothing of fiblab, and import nothing of it.
"""
