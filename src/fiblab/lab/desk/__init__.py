"""The lab's desk: the ordinary server, with the calls by which a page breaks and watches things.

`fiblab up` runs it in the place of `fiblab server`: `python -m fiblab.lab.desk`. Everything lies
below /api/v1/lab, answers at this machine alone, and changes something only for who shows the
token of this start.
"""
