"""Worked examples, a folder each: tweets, LFs, a pipeline file, a README with provenance."""
