"""How the evidence reader was made: data, negatives, network, training, export. Needs the extra `train`."""
