"""The benchmark: what is promised, measured on this machine, against a baseline of the same run."""
