"""What a marketer reads: one page made from the published marts, and from nothing else."""
