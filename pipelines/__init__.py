"""Which steps run, on what, with which settings; the lake and the command line."""
