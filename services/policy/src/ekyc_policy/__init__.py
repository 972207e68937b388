"""Rules of the quality gate, without the gate: what quality and the console both need to calibrate."""
