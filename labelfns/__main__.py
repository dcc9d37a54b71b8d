"""``python -m labelfns``, and ``accelerate launch -m labelfns``: the command line."""

from labelfns.pipelines.cli import main

if __name__ == "__main__":
    main()
