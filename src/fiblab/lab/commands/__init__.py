"""`fiblab lab`: the experiments on the command line, for learners, for classrooms and for CI."""
