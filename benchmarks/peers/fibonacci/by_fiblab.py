"""fiblab, with its compiled kernel where the environment has that."""

from benchmarks.peers.fibonacci.turn import main
from fiblab.fibonacci import fibonacci_text

if __name__ == "__main__":
    main(fibonacci_text)
