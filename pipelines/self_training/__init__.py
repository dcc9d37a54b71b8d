"""Self-training: rounds in which a model is fine-tuned, judged by the LFs, and labels the pool for the next."""
