"""OpenAI's API on a server in this process, whose model is scripted."""
