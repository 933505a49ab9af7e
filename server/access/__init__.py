"""Who may call, what, for how long and how much: workspaces, keys and tokens."""
