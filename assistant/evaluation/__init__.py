"""Citation accuracy, measured without a judge: gold, metrics, runs, reports. Imports none of the answering code."""
