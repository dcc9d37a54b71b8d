"""LFs that read meaning: by likeness to sentences, by entailment, by a prompt. What models say is kept on disk."""
