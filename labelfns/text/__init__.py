"""What counts as a word, a hashtag, an emoji; the only room that knows."""
